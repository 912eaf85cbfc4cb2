package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.testing.Journals;
import io.mycelium.testing.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SQLite file on a full disk, damaged, of another version, or not to be had. */
class SqliteFaultTest {
  static final String NEWER_SCHEMA =
      "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
          + " checksum, installed_by, execution_time, success)"
          + " VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, true)";

  @TempDir Path folder;

  private JournalConfig config() {
    return Journals.in(folder.resolve("mycelium.db"));
  }

  private static Store open(JournalConfig config) {
    return JdbcStore.open(config, JournalMeters.NONE);
  }

  @Test
  void aFullDiskIsWaitedForAndNothingIsLost() throws IOException {
    Assumptions.assumeTrue(SmallDisk.isPossible(), "mounting a tmpfs needs root");
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 16)) {
      Store store = open(Journals.in(disk.path().resolve("mycelium.db")));
      try (Load load = new Load(store)) {
        disk.fill();
        Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
        disk.free();
        Load.await("end of the refusal", () -> store.journal().refusal() == null);
        load.awaitMore();
        load.assertAllIsKept();
      } finally {
        await(store.close());
      }
    }
  }

  /** As a full disk, for those who may not mount one. */
  @Test
  void atTheEndOfItsPagesItRefusesAndKeepsWhatItAcknowledged() {
    String url = config().url();
    Store store = open(Journals.at(url + "?max_page_count=200", "", ""));
    Load load = new Load(store);
    Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
    load.stop();
    await(store.close());
    Store larger = open(config());
    try {
      load.assertKeptAfterFailures(larger);
    } finally {
      await(larger.close());
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsNamed() throws IOException {
    Path file = folder.resolve("mycelium.db");
    Files.writeString(file, "this is a letter to my aunt, not a database\n".repeat(200));
    assertThatThrownBy(() -> open(config()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no SQLite database")
        .hasMessageContaining("restore a backup");
    assertThat(Files.readString(file)).startsWith("this is a letter");
  }

  @Test
  void aDamagedDatabaseIsNamed() throws IOException {
    await(open(config()).close());
    Path file = folder.resolve("mycelium.db");
    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      for (long at = 100; at < damaged.length(); at++) {
        damaged.seek(at);
        damaged.write((int) at * 31);
      }
    }
    assertThatThrownBy(() -> open(config()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is damaged")
        .hasMessageContaining("restore a backup");
  }

  @Test
  void aNewerSchemaIsRefused() throws SQLException {
    await(open(config()).close());
    try (Connection connection = DriverManager.getConnection(config().url());
        Statement sql = connection.createStatement()) {
      sql.execute(NEWER_SCHEMA);
    }
    assertThatThrownBy(() -> open(config()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(config().url())
        .hasMessageContaining("newer version");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path inside = file.resolve("data/mycelium.db");
    assertThatThrownBy(() -> open(Journals.in(inside)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(inside.getParent().toString())
        .hasMessageContaining("cannot be made");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Path readOnly = Files.createDirectory(folder.resolve("read-only"));
    assertThat(readOnly.toFile().setWritable(false)).isTrue();
    Assumptions.assumeFalse(Files.isWritable(readOnly), "root may write everywhere");
    assertThatThrownBy(() -> open(Journals.in(readOnly.resolve("mycelium.db"))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(readOnly.toString())
        .hasMessageContaining("writable");
  }

  @Test
  void aDatabaseInMemoryIsRefused() {
    assertThatThrownBy(() -> open(Journals.at("jdbc:sqlite::memory:", "", "")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("jdbc:sqlite::memory:")
        .hasMessageContaining("expected a file");
  }

  @Test
  void aRefusedOpenerLeavesTheLockToBeTaken() throws IOException {
    Path file = folder.resolve("mycelium.db");
    Files.writeString(file, "no database".repeat(500));
    assertThatThrownBy(() -> open(config())).isInstanceOf(StoreException.class);
    Files.delete(file);
    await(open(config()).close());
  }

  @Test
  void whatAKilledServerAcknowledgedIsKept() throws IOException {
    KilledServer.killAndCheck(config(), 5);
  }
}
