package io.mycelium.journal;

import static io.mycelium.journal.Samples.EPOCH;
import static io.mycelium.journal.Samples.ROOM;
import static io.mycelium.journal.Samples.appends;
import static io.mycelium.journal.Samples.instance;
import static io.mycelium.journal.Samples.kept;
import static io.mycelium.journal.Samples.register;
import static io.mycelium.journal.Samples.save;
import static io.mycelium.journal.Samples.snapshot;
import static io.mycelium.journal.Samples.write;
import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Journals;
import io.mycelium.testing.Postgres;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is deleted goes in parts, over restarts if need be, and all of it. */
class DeletionTest {
  private static final Retention NEWEST = new Retention(10, Duration.ZERO);

  private enum Database {
    SQLITE,
    POSTGRESQL
  }

  @TempDir Path folder;
  private JournalConfig config;
  private Store store;

  private void open(Database database) {
    config =
        database == Database.SQLITE
            ? Journals.in(folder.resolve("mycelium.db"))
            : Postgres.shared().newDatabase();
    store = JdbcStore.open(config, JournalMeters.NONE);
    register(store, "a", "b");
  }

  private void reopen() {
    store = JdbcStore.open(config, JournalMeters.NONE);
  }

  @AfterEach
  void close() {
    await(store.close());
  }

  private Connection connection() throws SQLException {
    return DriverManager.getConnection(config.url(), config.user(), config.password());
  }

  private long rows(String table) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void othersWriteWhileALargeInstanceGoesAndNothingOfItStays(Database database) throws Exception {
    open(database);
    write(store, "a", 1, appends(1, 20_000));
    write(store, "a", 1, appends("other", EPOCH, 1, 3));
    save(store, "a", snapshot(20_000), Retention.ALL);
    Future<Void> deleted = store.instances().delete("a");
    Future<Boolean> anew = store.instances().create(instance("a"));
    Future<Void> others = store.journal().append("b", 1, appends(1, 1));
    await(others);
    assertThat(deleted.isComplete()).isFalse();
    assertThat(kept(store, "a")).isEmpty();
    await(deleted);
    assertThat(await(anew)).isTrue();
    assertThat(await(store.journal().rooms("a"))).isEmpty();
    for (String table : new String[] {"snapshots", "push_keys", "deletions"}) {
      assertThat(rows(table)).as(table).isZero();
    }
    assertThat(rows("entries")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void whatAServerDidNotLiveToDeleteGoesAtTheNextStart(Database database) throws Exception {
    open(database);
    write(store, "a", 1, appends(1, 100));
    await(store.close());
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO deletions (instance, room) VALUES ('a', '')");
    }
    reopen();
    assertThat(await(store.instances().create(instance("a")))).isTrue();
    assertThat(await(store.journal().rooms("a"))).isEmpty();
    assertThat(rows("entries")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatRetentionLetsGoAreDeletedThoughMany(Database database) throws Exception {
    open(database);
    write(store, "a", 1, appends(1, 9000));
    save(store, "a", snapshot(8000), NEWEST);
    save(store, "a", snapshot(9000), NEWEST);
    assertThat(await(store.journal().rooms("a")).get(ROOM).oldest()).isEqualTo(8001);
    await(store.close());
    reopen();
    assertThat(rows("entries")).isEqualTo(1000);
  }

  @ParameterizedTest
  @EnumSource
  void aHistoryThatReplacesAPrunedOneBeginsAtOne(Database database) {
    open(database);
    write(store, "a", 1, appends(1, 40));
    save(store, "a", snapshot(10), NEWEST);
    save(store, "a", snapshot(40), NEWEST);
    write(store, "a", 1, appends(ROOM, "another", 1, 3));
    assertThat(await(store.journal().rooms("a")).get(ROOM).oldest()).isEqualTo(1);
    assertThat(await(store.journal().read("a", ROOM, 0, 9)).complete()).isTrue();
  }
}
