package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.config.ConfigLoader;
import io.mycelium.config.MyceliumConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterConfigTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  private MyceliumConfig load(Map<String, String> environment) {
    try {
      Path empty = Files.writeString(folder.resolve("mycelium.yaml"), "# nothing\n");
      return new ConfigLoader(environment).load(empty, Map.of());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Of a cluster of two, with these options besides. */
  private static Map<String, String> cluster(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("MYCELIUM_CLUSTER_ENABLED", "true");
    environment.put("MYCELIUM_CLUSTER_HOST", "10.0.0.1");
    environment.put("MYCELIUM_CLUSTER_MEMBERS", "10.0.0.1:4002,10.0.0.2:4002");
    environment.put("MYCELIUM_JOURNAL_URL", "jdbc:postgresql://db/mycelium");
    environment.put("MYCELIUM_ACCESS_SECRET", SECRET);
    for (int i = 0; i < more.length; i += 2) {
      environment.put("MYCELIUM_" + more[i], more[i + 1]);
    }
    return environment;
  }

  @Test
  void aNodeIsAloneUnlessItIsToldOtherwise() {
    assertThat(load(Map.of()).cluster().enabled()).isFalse();
  }

  @Test
  void variablesAreEnoughForAPod() {
    ClusterConfig config = load(cluster("CLUSTER_LEASE", "3s")).cluster();
    assertThat(config.enabled()).isTrue();
    assertThat(config.own()).hasToString("10.0.0.1:4002");
    assertThat(config.own().enginePort()).isEqualTo(4003);
    assertThat(config.members()).hasSize(2);
    assertThat(config.lease()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.isTls()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"jdbc:sqlite:data/mycelium.db", "memory:"})
  void aClusterNeedsADatabaseThatAllReach(String url) {
    assertThatThrownBy(() -> load(cluster("JOURNAL_URL", url)))
        .hasMessageContaining(
            "journal.url is " + url + ", expected jdbc:postgresql://HOST/DATABASE")
        .hasMessageContaining("since cluster.enabled is true");
  }

  @Test
  void aClusterMakesUpNoSecret() {
    Map<String, String> environment = cluster();
    environment.remove("MYCELIUM_ACCESS_SECRET");
    assertThatThrownBy(() -> load(environment))
        .hasMessageContaining("access.secret is empty, expected a secret of 32 bytes or more")
        .hasMessageContaining("with several nodes none is made up");
    environment.put("MYCELIUM_ACCESS_MODE", "open");
    assertThat(load(environment).cluster().enabled()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLUSTER_NAME|a b|cluster.name is a b, expected 1 to 64 of A-Z",
        "CLUSTER_HOST|0.0.0.0|cluster.host is 0.0.0.0, expected the one address of this machine",
        "CLUSTER_PORT|65535|cluster.port is 65535, expected a number from 1 to 65534",
        "CLUSTER_MEMBERS|10.0.0.1|cluster.members is 10.0.0.1, expected host:port, such as",
        "CLUSTER_MEMBERS|10.0.0.1:0|cluster.members is 10.0.0.1:0, expected host:port",
        "CLUSTER_MEMBERS|''|cluster.members is empty, expected host:port of the nodes",
        "CLUSTER_DNS|nodes.local|cluster.dns is nodes.local, expected to be empty where",
        "CLUSTER_LEASE|1s|cluster.lease is PT1S, expected three times cluster.renew_every (PT0.5S)",
        "CLUSTER_TLS_KEY|a.key|cluster.tls_certificate is empty, expected a PEM file",
        "CLUSTER_MAX_UNACKED_BYTES|1|cluster.max_unacked_bytes is 1, expected a number from",
      })
  void aWrongValueIsNamedWithWhatWasExpected(String option, String value, String message) {
    assertThatThrownBy(() -> load(cluster(option, value))).hasMessageContaining(message);
  }

  @Test
  void aNameInDnsIsOneOrMoreMembers() {
    Map<String, String> environment = cluster("CLUSTER_DNS", "nodes.local");
    environment.remove("MYCELIUM_CLUSTER_MEMBERS");
    MemberDiscovery discovery =
        new MemberDiscovery(
            load(environment).cluster(),
            name -> {
              assertThat(name).isEqualTo("nodes.local");
              return new InetAddress[] {
                InetAddress.getByName("10.0.0.1"), InetAddress.getByName("10.0.0.2")
              };
            });
    assertThat(discovery.members())
        .extracting(member -> member.getHost() + ":" + member.getPort())
        .containsExactly("10.0.0.1:4003", "10.0.0.2:4003");
  }

  @Test
  void aMemberMayHaveAnIpv6Address() {
    assertThat(NodeAddress.parse("[fd00::1]:4002")).isEqualTo(new NodeAddress("fd00::1", 4002));
    assertThat(NodeAddress.parse("fd00::1:4002")).isNull();
    assertThat(new NodeAddress("fd00::1", 4002)).hasToString("[fd00::1]:4002");
  }
}
