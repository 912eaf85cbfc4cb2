package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.Refusal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A store that cannot be opened says what to do, and reveals no secret. */
class OpeningFaultsTest {
  private static final String SECRET = "hunter2hunter2";
  private static final Logger ROOT =
      (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ROOT.addAppender(log);
  }

  @AfterEach
  void neitherLogNorAnythingElseHasTheSecret() {
    ROOT.detachAppender(log);
    assertThat(log.list)
        .allSatisfy(
            event -> {
              assertThat(event.getFormattedMessage()).doesNotContain(SECRET);
              if (event.getThrowableProxy() != null) {
                assertThat(ThrowableProxyUtil.asString(event.getThrowableProxy()))
                    .doesNotContain(SECRET);
              }
            });
  }

  private static JournalConfig in(Path file) {
    return at("jdbc:sqlite:" + file, "", "");
  }

  private static JournalConfig at(String url, String user, String password) {
    JournalConfig base = StoreRig.config(url);
    return new JournalConfig(
        url,
        user,
        password,
        base.flushInterval(),
        base.maxQueuedBytes(),
        base.snapshotEvery(),
        base.pushOnceWindow(),
        base.maxEntriesPerRoom(),
        base.maxBytesPerRoom(),
        base.maxResumeEntries());
  }

  /** A server that is not there is waited for, but not as long as where one may just start. */
  static Store impatiently(JournalConfig config) {
    Database database = new Database(config, Duration.ofSeconds(1), false);
    return JdbcStore.open(
        database, config, JournalMeters.NONE, UnsortedEntries.Limits.DEFAULT, null);
  }

  /** Its message. */
  private static String refused(JournalConfig config) {
    StoreException thrown =
        catchThrowableOfType(StoreException.class, () -> impatiently(config).close());
    assertThat(thrown).as("opening of %s", config).isNotNull();
    assertThat(ThrowableProxyUtil.asString(new ThrowableProxy(thrown))).doesNotContain(SECRET);
    return thrown.getMessage();
  }

  private Path made() throws Exception {
    Path file = folder.resolve("mycelium.db");
    Store store = JdbcStore.open(in(file), JournalMeters.NONE);
    await(store.instances().create(StoreRig.instance("x")));
    await(store.close());
    return file;
  }

  @Test
  void aFileThatIsCutOffIsReported() throws Exception {
    Path file = made();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 4096 * 2 + 100));
    assertThat(refused(in(file))).contains("is damaged", "restore a backup");
  }

  @Test
  void aFolderInWhichNotEvenRootCanWriteIsNamed() {
    assertThat(refused(in(Path.of("/proc/self/mycelium.db"))))
        .contains("/proc/", "cannot be written", "make its folder writable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"jdbc:sqlite:", "jdbc:sqlite::memory:", "jdbc:sqlite:file:mycelium.db?mode=rwc"})
  void aUrlThatIsNoPathOfAFileIsRefused(String url) {
    assertThat(refused(at(url, "", ""))).contains("expected a file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://ada:" + SECRET + "@127.0.0.1/mycelium",
        "jdbc:postgresql://127.0.0.1:port/mycelium?password=" + SECRET
      })
  void aUrlThatThePostgresDriverCannotReadIsRefusedWithoutItsSecrets(String url) {
    assertThat(refused(at(url, "", ""))).contains("expected jdbc:postgresql://HOST:PORT/DATABASE");
  }

  @Test
  void aUrlOfAnotherDatabaseIsRefusedWithoutItsSecrets() {
    assertThatThrownBy(() -> at("jdbc:mariadb://db/mycelium?user=ada&password=" + SECRET, "", ""))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("journal.url is jdbc:mariadb://db/mycelium, expected")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/mycelium";
    assertThat(refused(at(url + "?user=ada&password=" + SECRET, "", "")))
        .contains(url, "cannot be reached: check that it runs");
  }

  @Test
  void aServerThatIsNotThereIsNamedWithoutThePasswordOfItsUrl() {
    JournalConfig config =
        at("jdbc:postgresql://localhost:1/nowhere?password=" + SECRET, "someone", SECRET);
    assertThat(config.toString()).doesNotContain(SECRET);
    assertThat(refused(config)).contains("jdbc:postgresql://localhost:1/nowhere cannot be reached");
  }

  @Test
  void aWrongPasswordInTheUrlIsNotRepeated() {
    String url = Postgres.shared().newDatabase();
    assertThat(refused(StoreRig.config(url.replace(Postgres.PASSWORD, SECRET))))
        .contains(url.replaceAll("\\?.*", ""), "password");
  }

  @Test
  void aWrongPasswordIsNotRepeated() {
    String url = Postgres.shared().newDatabase().replaceAll("\\?.*", "");
    assertThat(refused(at(url, Postgres.USER, SECRET)))
        .contains(url, "check that it runs and that user and password are right");
  }

  @Test
  void aSecondServerOnThePostgresDatabaseIsRefusedThoughTheFirstHasWrittenNothing()
      throws Exception {
    JournalConfig config = StoreRig.config(Postgres.shared().newDatabase());
    Store first = JdbcStore.open(config, JournalMeters.NONE);
    assertThat(refused(config)).contains(config.place(), "in use by another server: stop it");
    await(first.instances().create(StoreRig.instance("x")));
    await(first.close());
    Store next = JdbcStore.open(config, JournalMeters.NONE);
    assertThat(await(next.instances().count())).isEqualTo(1);
    await(next.close());
  }

  @Test
  void aSecondServerOnTheSqliteFileIsRefusedByWhateverNameItKnowsIt() throws Exception {
    Path file = made();
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
    Store first = JdbcStore.open(in(file), JournalMeters.NONE);
    for (Path name :
        new Path[] {file, link, folder.resolve("../" + folder.getFileName() + "/link.db")}) {
      assertThat(refused(in(name)))
          .contains(
              "in use by another server (process " + ProcessHandle.current().pid(), "stop it");
    }
    await(first.close());
    await(JdbcStore.open(in(link), JournalMeters.NONE).close());
  }
}
