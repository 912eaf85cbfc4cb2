package io.mycelium.journal;

import static io.mycelium.journal.Samples.EPOCH;
import static io.mycelium.journal.Samples.ROOM;
import static io.mycelium.journal.Samples.append;
import static io.mycelium.journal.Samples.appends;
import static io.mycelium.journal.Samples.entries;
import static io.mycelium.journal.Samples.entry;
import static io.mycelium.journal.Samples.failureOf;
import static io.mycelium.journal.Samples.instance;
import static io.mycelium.journal.Samples.kept;
import static io.mycelium.journal.Samples.keyed;
import static io.mycelium.journal.Samples.register;
import static io.mycelium.journal.Samples.room;
import static io.mycelium.journal.Samples.save;
import static io.mycelium.journal.Samples.snapshot;
import static io.mycelium.journal.Samples.write;
import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store in a database does beside: it is there again after the process. */
abstract class JdbcStoreContract extends StoreContract {
  private JournalConfig config;
  private Store store;

  /** An empty database. */
  abstract JournalConfig emptyDatabase();

  /** A statement of somebody else's, behind the store's back. */
  private void sql(String statement) throws SQLException {
    try (Connection connection =
            config.user().isEmpty()
                ? DriverManager.getConnection(config.url())
                : DriverManager.getConnection(config.url(), config.user(), config.password());
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  @BeforeEach
  void open() {
    config = emptyDatabase();
    store = JdbcStore.open(config, JournalMeters.NONE);
  }

  @AfterEach
  void close() {
    await(store.close());
  }

  private void reopen() {
    await(store.close());
    store = JdbcStore.open(config, JournalMeters.NONE);
  }

  @Override
  public Store store() {
    return store;
  }

  @Test
  void allIsThereAgainAfterAReopening() {
    register(store, "a", "b");
    write(store, "a", 1, appends(1, 20));
    write(store, "a", 1, List.of(append(ROOM, keyed(21, "k"))));
    write(store, "b", 1, appends(ROOM, "e2", 1, 3));
    save(store, "a", snapshot(20), Retention.ALL);
    await(store.instances().setFailed("b", true, "why"));
    reopen();
    assertThat(kept(store, "a")).startsWith(entries(1, 20).toArray(Entry[]::new)).hasSize(21);
    assertThat(room(store, "a"))
        .isEqualTo(new Journal.Room(EPOCH, snapshot(20), 1, 21, Map.of("k", 21L)));
    assertThat(room(store, "b")).isEqualTo(new Journal.Room("e2", null, 1, 3, Map.of()));
    assertThat(await(store.instances().find("a"))).isEqualTo(instance("a"));
    assertThat(await(store.instances().find("b")).lastError()).isEqualTo("why");
    write(store, "a", 1, appends(22, 23));
    write(store, "a", 1, appends(ROOM, "e3", 1, 1));
    assertThat(room(store, "a")).isEqualTo(new Journal.Room("e3", null, 1, 1, Map.of()));
  }

  @Test
  void aFenceOutlivesTheProcess() {
    register(store, "a");
    write(store, "a", 1, appends(1, 1));
    await(store.journal().fence("a", 3));
    reopen();
    failureOf(store.journal().append("a", 2, appends(2, 2)));
    write(store, "a", 3, appends(2, 2));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 2));
  }

  @Test
  void closingWritesWhatWasAccepted() {
    register(store, "a");
    List<Future<Void>> done = new ArrayList<>();
    for (long seq = 1; seq <= 2000; seq++) {
      Durability durability = seq > 1500 ? Durability.ASYNC : Durability.SYNC;
      Journal.Append one = new Journal.Append(ROOM, EPOCH, durability, entry(seq));
      done.add(store.journal().append("a", 1, List.of(one)));
    }
    reopen();
    assertThat(done).allMatch(Future::succeeded);
    assertThat(kept(store, "a")).isEqualTo(entries(1, 2000));
  }

  @Test
  void aClosedStoreRefusesEverything() {
    register(store, "a");
    Store closed = store;
    reopen();
    failureOf(closed.journal().append("a", 1, appends(1, 1)));
    failureOf(closed.journal().rooms("a"));
    failureOf(closed.instances().create(instance("b")));
    assertThat(await(closed.close().otherwiseEmpty())).isNull();
    assertThat(await(store.instances().count())).isEqualTo(1);
  }

  @Test
  void aSequenceIsNeverWrittenTwice() {
    register(store, "a");
    write(store, "a", 1, appends(1, 5));
    Entry other = new Entry(5, 1, "push", "eve", Payload.NULL);
    List<Journal.Append> half = List.of(append("new", entry(1)), append(ROOM, other));
    failureOf(store.journal().append("a", 1, half));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 5));
    assertThat(await(store.journal().rooms("a"))).containsOnlyKeys(ROOM);
  }

  @Test
  void behindAFailedAppendAllOfItsGenerationFail() {
    register(store, "a", "b");
    Future<Void> good = store.journal().append("a", 1, appends(1, 5));
    Future<Void> bad = store.journal().append("a", 1, appends(5, 6));
    Future<Void> queued = store.journal().append("a", 1, appends(7, 7));
    Future<Void> neighbour = store.journal().append("b", 1, appends(1, 1));
    failureOf(bad);
    failureOf(queued);
    failureOf(store.journal().append("a", 1, appends(6, 6)));
    await(Future.all(good, neighbour));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 5));
    write(store, "a", 2, appends(6, 7));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 7));
    assertThat(kept(store, "b")).isEqualTo(entries(1, 1));
    assertThat(store.journal().refusal()).isNull();
  }

  @Test
  void anIdIsUsableAgainAfterItsGenerationFailed() {
    register(store, "a");
    write(store, "a", 1, appends(1, 5));
    failureOf(store.journal().append("a", 1, appends(5, 5)));
    await(store.instances().delete("a"));
    register(store, "a");
    write(store, "a", 1, appends(1, 2));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 2));
  }

  @Test
  void anIdWhoseDeletionWasCutShortBeginsAnew() throws SQLException {
    register(store, "a");
    write(store, "a", 1, List.of(append(ROOM, keyed(1, "k"))));
    save(store, "a", snapshot(1), Retention.ALL);
    sql("DELETE FROM instances WHERE id = 'a'");
    reopen();
    register(store, "a");
    assertThat(await(store.journal().rooms("a"))).isEmpty();
    write(store, "a", 1, appends(1, 2));
    assertThat(room(store, "a")).isEqualTo(new Journal.Room(EPOCH, null, 1, 2, Map.of()));
  }

  @Test
  void whatOneInstanceGotWrongDoesNotHoldUpTheOthers() {
    List<Future<Void>> good = new ArrayList<>();
    List<Future<Void>> bad = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      register(store, "good" + i, "bad" + i);
      write(store, "bad" + i, 1, appends(1, 1));
    }
    for (int i = 0; i < 50; i++) {
      good.add(store.journal().append("good" + i, 1, appends(1, 3)));
      bad.add(store.journal().append("bad" + i, 1, appends(1, 3)));
    }
    await(Future.all(good));
    bad.forEach(Samples::failureOf);
    for (int i = 0; i < 50; i++) {
      assertThat(kept(store, "good" + i)).isEqualTo(entries(1, 3));
      assertThat(kept(store, "bad" + i)).isEqualTo(entries(1, 1));
    }
  }

  @Test
  void anErrorThatQuotesWhatNoDatabaseKeepsIsRecorded() {
    register(store, "a");
    await(store.instances().setFailed("a", true, "no NUL: \0"));
    assertThat(await(store.instances().find("a")).lastError()).startsWith("no NUL: ");
    assertThat(store.journal().refusal()).isNull();
  }

  @Test
  void oldEntriesGoOnceASnapshotCoversThem() {
    register(store, "a");
    Retention minute = new Retention(0, Duration.ofMinutes(1));
    long hour = 3_600_000;
    write(store, "a", 1, appends(1, 20));
    Snapshot early = snapshot(10);
    save(store, "a", early, minute);
    assertThat(kept(store, "a")).isEqualTo(entries(1, 20));
    long later = early.at() + hour;
    Entry young = new Entry(21, later, "push", "ada", Payload.NULL);
    write(store, "a", 1, List.of(append(ROOM, young)));
    save(store, "a", new Snapshot(21, EPOCH, later, 0, 0, Payload.NULL), minute);
    assertThat(kept(store, "a").get(0).seq()).isEqualTo(11);
    assertThat(await(store.snapshots().at("a", ROOM, 11))).isEqualTo(early);
    save(store, "a", new Snapshot(21, EPOCH, later + hour, 0, 0, Payload.NULL), minute);
    assertThat(kept(store, "a")).isEmpty();
    assertThat(room(store, "a").last()).isEqualTo(21);
  }

  @Test
  void aSecondServerIsRefusedAndToldWhichDatabaseIsInUse() {
    String place = config.url().replaceFirst("jdbc:sqlite:|\\?.*", "");
    assertThatThrownBy(() -> JdbcStore.open(config, JournalMeters.NONE))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(place)
        .hasMessageContaining("in use by another server");
    register(store, "a");
    write(store, "a", 1, appends(1, 1));
    assertThat(kept(store, "a")).isEqualTo(entries(1, 1));
  }
}
