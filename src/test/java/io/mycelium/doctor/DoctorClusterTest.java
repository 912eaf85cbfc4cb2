package io.mycelium.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.doctor.Finding.Status;
import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.Authority;
import io.mycelium.testing.ClusterOptions;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two real nodes with TLS between them, and the configuration of a third, which is looked at. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorClusterTest {
  private static final String PORT = "MYCELIUM_CLUSTER_PORT";
  private static final String MEMBERS = "MYCELIUM_CLUSTER_MEMBERS";

  private final List<ServerProcess> servers = new ArrayList<>();
  private Path folder;
  private Authority ours;
  private List<Map<String, String>> options;

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    ours = new Authority(folder, "ours");
    options = ClusterOptions.of(Postgres.shared().newDatabase(), 3);
    for (int i = 0; i < 3; i++) {
      ClusterOptions.tls(options.get(i), ours.sign("node-" + i));
      // This machine may be busy: what is late is not what is looked at here.
      options.get(i).put("MYCELIUM_CLUSTER_LEASE", "20s");
      options.get(i).put("MYCELIUM_OPS_MANAGEMENT_PORT", Integer.toString(FreePorts.one()));
    }
    servers.add(ServerProcess.start(options.get(0)));
    servers.add(ServerProcess.start(options.get(1)));
  }

  @AfterAll
  void stop() {
    servers.forEach(ServerProcess::close);
  }

  private int port(int node) {
    return Integer.parseInt(options.get(node).get(PORT));
  }

  /** The third's, to change. */
  private Map<String, String> third() {
    Map<String, String> third = new HashMap<>(options.get(2));
    third.put("MYCELIUM_WEB_PORT", "0");
    return third;
  }

  private static Report with(Map<String, String> options, String option, String value) {
    options.put(option, value);
    return Report.of(options);
  }

  @Test
  void aClusterThatIsWellGetsNothingToMend() {
    Report report = Report.of(third());
    assertThat(report.worse()).as(report.toString()).isEmpty();
    assertThat(report.member(port(0)).found())
        .contains("answers in TLS as CN=node-0, from CN=ours");
    assertThat(report.member(port(1)).found())
        .contains("answers in TLS as CN=node-1, from CN=ours");
    assertThat(report.member(port(2)).found()).contains("this node, which does not run");
    assertThat(report.ok("bus TLS")).contains("this node is CN=node-2", "(89 days)");
    assertThat(report.ok("store use")).contains("a cluster uses it");
    assertThat(report.findings().stream().filter(each -> each.check().startsWith("lease ")))
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.found()).contains("renewed ", " ms ago"));
  }

  @Test
  void aNodeOfTheClusterKnowsItself() {
    Map<String, String> own = new HashMap<>(options.get(0));
    own.put("MYCELIUM_WEB_PORT", Integer.toString(servers.get(0).port()));
    Report report = Report.of(own);
    assertThat(report.member(port(0)).found()).contains("this node, answers in TLS");
    assertThat(report.ok("bus port")).contains("as the node that runs here would");
    assertThat(report.toString()).contains(port(0) + ", the node that runs here, renewed");
    assertThat(report.member(port(2)).line())
        .startsWith("failed")
        .contains("takes no connection (Connection refused)", "start it");
    assertThat(report.worse()).as(report.toString()).hasSize(1);
  }

  @Test
  void aCertificateOfAnotherAuthorityIsToldFromOneThatIsRefused() throws IOException {
    Authority.Pair foreign = new Authority(folder, "theirs").sign("node-2");
    Map<String, String> stranger = third();
    ClusterOptions.tls(stranger, foreign);
    Finding disbelieved = Report.of(stranger).member(port(0));
    assertThat(disbelieved.line())
        .startsWith("failed")
        .contains("its certificate, CN=node-0, from CN=ours", "is not believed here")
        .contains("expected one from the authority in " + foreign.ca());
    Path both =
        Files.writeString(
            folder.resolve("both.crt"),
            Files.readString(foreign.ca()) + Files.readString(ours.sign("spare").ca()));
    stranger.put("MYCELIUM_CLUSTER_TLS_CA", both.toString());
    assertThat(Report.of(stranger).member(port(1)).line())
        .startsWith("failed")
        .contains("ends the connection after it saw this node's certificate")
        .contains("expected its cluster.tls_ca to have the authority of " + foreign.certificate());
  }

  @Test
  void aNodeWithoutTlsIsToldFromThoseWithIt() {
    Map<String, String> plain = third();
    plain.keySet().removeIf(option -> option.contains("_TLS_"));
    Report report = Report.of(plain);
    assertThat(report.warning("bus TLS")).contains("may read and send everything");
    assertThat(report.member(port(0)).line())
        .startsWith("failed")
        .contains("speaks TLS, and this node has none");
    Map<String, String> apart = ClusterOptions.of(Postgres.shared().newDatabase(), 1).get(0);
    try (ServerProcess alone = ServerProcess.start(apart)) {
      assertThat(alone.isAlive()).isTrue();
      String place = "127.0.0.1:" + apart.get(PORT);
      Report withTls = with(third(), MEMBERS, place);
      assertThat(withTls.member(Integer.parseInt(apart.get(PORT))).line())
          .startsWith("failed")
          .contains("answers without TLS", "expected TLS");
      plain.put(MEMBERS, place);
      assertThat(Report.of(plain).member(Integer.parseInt(apart.get(PORT))).line())
          .startsWith("ok")
          .contains("answers, without TLS");
    }
  }

  @Test
  void placesWhereNoBusIsAreNamed() {
    int web = servers.get(0).port();
    Report report = with(third(), MEMBERS, "127.0.0.1:" + web + ",nowhere.invalid:4002");
    assertThat(report.member(web).line()).startsWith("failed").contains("is no bus of Mycelium");
    assertThat(report.failure("cluster.members")).contains("nowhere.invalid:4002 has no address");
    Report alone = with(third(), MEMBERS, "127.0.0.1:" + port(2));
    assertThat(alone.warning("cluster.members")).contains("no node but this one is named");
    assertThat(with(third(), "MYCELIUM_CLUSTER_HOST", "192.0.2.1").failure("cluster.host"))
        .contains("192.0.2.1 is no address of this machine");
  }

  @Test
  void aCertificateThatIsOverAndFilesThatDoNotFitAreNamed() {
    Map<String, String> late = third();
    ClusterOptions.tls(late, ours.signOver("late"));
    Report report = Report.of(late);
    assertThat(report.failure("bus TLS"))
        .contains("cluster.tls_certificate", "valid now, from the authority in");
    assertThat(report.member(port(0)).line())
        .startsWith("warning")
        .contains("speaks TLS, which was not tried");
    Map<String, String> keyless = third();
    keyless.put("MYCELIUM_CLUSTER_TLS_KEY", options.get(0).get("MYCELIUM_CLUSTER_TLS_KEY"));
    assertThat(Report.of(keyless).failure("bus TLS")).contains("cluster.tls_key is the file");
  }

  @Test
  void aNodeOutsideOfTheClusterMayNotHaveItsDatabase() {
    assertThat(with(third(), "MYCELIUM_CLUSTER_ENABLED", "false").failure("store use"))
        .contains("a cluster uses the database, and cluster.enabled is false");
  }

  @Test
  void aNodeThatHangsIsNamed() {
    servers.get(1).pause();
    try {
      Report report = Report.of(third());
      assertThat(report.member(port(1)).line())
          .startsWith("failed")
          .contains("takes the connection and says nothing for 2 s");
      assertThat(report.member(port(0)).status()).isEqualTo(Status.OK);
    } finally {
      servers.get(1).goOn();
    }
    servers.get(1).request("GET", "/instances", null);
  }
}
