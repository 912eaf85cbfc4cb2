package io.mycelium.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.StoreRig;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.journal.jdbc.StoreLook;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.SelfSigned;
import io.mycelium.testing.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is alone: what is well, and each thing that is not, made for real. */
class DoctorTest {
  private static final String URL = "MYCELIUM_JOURNAL_URL";

  @TempDir Path folder;

  private final int port = FreePorts.inRow(2);

  /** On ports and a file of its own. */
  private Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("MYCELIUM_WEB_PORT", Integer.toString(port));
    options.put("MYCELIUM_OPS_MANAGEMENT_PORT", Integer.toString(port + 1));
    options.put(URL, "jdbc:sqlite:" + folder.resolve("mycelium.db"));
    return options;
  }

  private Report with(String option, Object value) {
    Map<String, String> options = options();
    options.put(option, String.valueOf(value));
    return Report.of(options);
  }

  private ServerProcess server() {
    Map<String, String> options = options();
    options.remove("MYCELIUM_WEB_PORT");
    return ServerProcess.withoutTests(port, options);
  }

  @Test
  void aNodeThatWasNeverStartedHasNothingToMend() throws IOException {
    Report report = Report.of(options());
    assertThat(report.worse()).as(report.toString()).isEmpty();
    assertThat(report.ok("main port")).contains(port + " on 127.0.0.1 is free");
    assertThat(report.ok("store")).contains("mycelium.db is not there yet");
    assertThat(Files.list(folder)).isEmpty();
  }

  @Test
  void aNodeThatRunsIsRecognizedAndNotDisturbed() {
    try (ServerProcess server = server()) {
      Report report = Report.of(options());
      assertThat(report.worse()).as(report.toString()).isEmpty();
      assertThat(report.ok("main port")).contains("taken by a Mycelium node, which is ready");
      assertThat(report.ok("management port")).contains("by a Mycelium node, which is ready");
      assertThat(report.ok("store use")).contains("the node that runs here");
      assertThat(report.ok("schema")).contains("version 4");
      server.request("POST", "/instances", "{\"id\": \"a\", \"type\": \"accumulative\"}");
      server.stop();
      Report later = Report.of(options());
      assertThat(later.worse()).as(later.toString()).isEmpty();
      assertThat(later.ok("store use")).contains("no server uses the file");
      assertThat(later.ok("schema")).contains("version 4");
    }
  }

  @Test
  void anotherServerOnTheFileIsNamed() {
    try (ServerProcess server = server()) {
      Map<String, String> options = options();
      options.put("MYCELIUM_WEB_PORT", "0");
      options.put("MYCELIUM_OPS_MANAGEMENT_PORT", "0");
      assertThat(Report.of(options).warning("store use")).contains("in use by process ");
      assertThat(server.isAlive()).isTrue();
    }
  }

  @Test
  void portsThatAnotherProgramHasAndAddressesOfOthersAreNamed() throws IOException {
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Report.of(options()).failure("main port"))
          .contains(other.getLocalPort() + " on 127.0.0.1 is taken by another program")
          .contains("set web.port");
    }
    assertThat(with("MYCELIUM_OPS_MANAGEMENT_HOST", "192.0.2.1").failure("management port"))
        .contains("192.0.2.1 cannot be taken")
        .contains("an address of this machine");
  }

  @Test
  void aFileThatIsNoDatabaseOrOfANewerVersionIsNamed() throws Exception {
    Path file = folder.resolve("mycelium.db");
    JournalConfig config = StoreRig.config(options().get(URL));
    StoreRig.await(JdbcStore.open(config, JournalMeters.NONE).close());
    try (Connection connection = DriverManager.getConnection(config.url());
        Statement sql = connection.createStatement()) {
      sql.execute(
          "INSERT INTO flyway_schema_history SELECT 99, '99', 'new', type, script, checksum,"
              + " installed_by, installed_on, 1, 1 FROM flyway_schema_history LIMIT 1");
    }
    assertThat(Report.of(options()).failure("schema"))
        .contains("version 99")
        .contains("written by a newer version");
    Files.writeString(file, "no database");
    assertThat(Report.of(options()).failure("store")).contains("is damaged or no SQLite database");
  }

  @Test
  void aDatabaseThatCannotBeReachedOrHangsIsNamedWithoutItsPassword() {
    String closed =
        "jdbc:postgresql://127.0.0.1:" + port + "/mycelium?user=m&password=correct-horse";
    assertThat(with(URL, closed).failure("store"))
        .contains("jdbc:postgresql://127.0.0.1:" + port + "/mycelium cannot be reached")
        .contains("refused")
        .doesNotContain("correct-horse");
    Postgres postgres = Postgres.shared();
    String url = postgres.newDatabase();
    assertThat(with(URL, url.replace("password=", "password=not")).failure("store"))
        .contains("password authentication failed");
    postgres.freeze();
    try {
      assertThat(with(URL, url).failure("store")).contains("cannot be reached");
    } finally {
      postgres.thaw();
    }
  }

  @Test
  void settingsOfTheDatabaseThatLoseMessagesOrConnectionsAreNamed() {
    Postgres postgres = Postgres.shared();
    String url = postgres.newDatabase();
    Report well = with(URL, url);
    assertThat(well.worse()).as(well.toString()).isEmpty();
    assertThat(well.ok("schema")).contains("none yet");
    assertThat(well.ok("store use")).contains("no node uses the database");
    String name = url.replaceAll(".*/|\\?.*", "");
    postgres.sql("ALTER DATABASE " + name + " SET synchronous_commit = off");
    postgres.sql("ALTER DATABASE " + name + " CONNECTION LIMIT 5");
    Report report = with(URL, url);
    assertThat(report.warning("commits")).contains("synchronous_commit off");
    assertThat(report.warning("connections")).contains("of 5 are in use", "8 for 1 node");
    postgres.sql("ALTER DATABASE " + name + " SET default_transaction_read_only = on");
    assertThat(with(URL, url).failure("store")).contains("takes no changes");
  }

  @Test
  void aUserWhoMayNotWriteIsNamed() throws SQLException {
    Postgres postgres = Postgres.shared();
    String url = postgres.newDatabase();
    String reader = "reader" + port;
    postgres.sql("CREATE USER " + reader + " PASSWORD 'reads'");
    assertThat(
            with(URL, url.replaceAll("user=.*", "user=" + reader + "&password=reads"))
                .failure("store"))
        .contains("lets this user write nothing");
  }

  @Test
  void aClockThatDiffersByMoreThanTheLeewayIsNamed() {
    JournalConfig config = StoreRig.config(Postgres.shared().newDatabase());
    Duration leeway = Duration.ofSeconds(10);
    try (StoreLook look = StoreLook.postgresql(config, false)) {
      assertThat(PostgresCheck.clock(look, leeway, System::currentTimeMillis).status())
          .isEqualTo(Finding.Status.OK);
      Finding late = PostgresCheck.clock(look, leeway, () -> System.currentTimeMillis() - 60_000);
      assertThat(late.status()).isEqualTo(Finding.Status.WARNING);
      assertThat(late.found()).containsPattern("is (59|60)\\d{3} ms ahead of this machine's");
    }
  }

  @Test
  void certificatesThatAreOverOrDoNotFitAreNamed() {
    SelfSigned good = SelfSigned.make(folder, "good", "EC");
    SelfSigned over = SelfSigned.over(folder, "over");
    assertThat(tls(good.certificate(), good.key()).ok("TLS")).contains("(89 days)");
    assertThat(tls(over.certificate(), over.key()).failure("TLS")).contains("(over)");
    assertThat(tls(good.certificate(), over.key()).failure("TLS"))
        .contains("tls.key is the file " + over.key());
    assertThat(tls(folder.resolve("none"), good.key()).failure("TLS"))
        .contains("a file that can be read");
  }

  private Report tls(Path certificate, Path key) {
    Map<String, String> options = options();
    options.put("MYCELIUM_TLS_CERTIFICATE", certificate.toString());
    options.put("MYCELIUM_TLS_KEY", key.toString());
    return Report.of(options);
  }

  @Test
  void accessThatLetsEverybodyInAndKeysThatCannotBeUsedAreNamed() throws IOException {
    Map<String, String> open = options();
    open.put("MYCELIUM_WEB_HOST", "0.0.0.0");
    assertThat(Report.of(open).ok("access")).contains("to this machine only");
    open.put("MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true");
    assertThat(Report.of(open).warning("access")).contains("may read, write and delete everything");
    Path key = Files.writeString(folder.resolve("secret.key"), "0".repeat(40));
    Map<String, String> required = options();
    required.put("MYCELIUM_ACCESS_MODE", "required");
    required.put("MYCELIUM_ACCESS_SECRET_FILE", key.toString());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(Report.of(required).failure("access")).contains("rw-------");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    assertThat(Report.of(required).ok("access")).contains("access.secret_file");
    required.put("MYCELIUM_ACCESS_JWKS_URL", "http://127.0.0.1:" + port + "/keys");
    assertThat(Report.of(required).failure("jwks_url")).contains("gives no keys");
  }

  @Test
  void moreConnectionsThanDescriptorsIsAWarning() {
    assertThat(with("MYCELIUM_WEB_MAX_CONNECTIONS", 10_000_000).warning("descriptors"))
        .contains("raise the limit");
  }
}
