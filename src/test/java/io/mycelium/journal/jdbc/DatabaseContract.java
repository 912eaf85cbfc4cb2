package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.keyed;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static io.mycelium.journal.StoreRig.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Retention;
import io.mycelium.journal.RevocationContract;
import io.mycelium.journal.RevocationStore.Revoked;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.mycelium.testing.Quiet;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Additional contract of every store that outlives its process. */
abstract class DatabaseContract extends RevocationContract {
  private String url;

  /** The URL of a database with nothing in it. */
  abstract String newDatabase() throws Exception;

  @Override
  public Store open() throws Exception {
    url = newDatabase();
    return open(url);
  }

  public JdbcStore open(String url) {
    return JdbcStore.open(config(url), JournalMeters.NONE);
  }

  private void reopen() {
    await(store.close());
    store = open(url);
  }

  final String url() {
    return url;
  }

  final long count(String table) throws SQLException {
    return number("SELECT count(*) FROM " + table);
  }

  final long number(String select) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(select)) {
      row.next();
      return row.getLong(1);
    }
  }

  final long entriesInTheirTable() throws SQLException {
    return number("SELECT coalesce(sum(size), 0) FROM entries");
  }

  final void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void everythingIsThereAfterAReopening() {
    await(store.journal().append("i", 3, List.of(append("lobby", "e", keyed(1, "k")))));
    await(store.journal().append("i", 3, appends("lobby", "e", 2, 500)));
    await(store.snapshots().save("i", 3, "lobby", snapshot(400, "e"), Retention.ALL));
    await(store.instances().setFailed("i", true, "boom"));
    Revoked revoked = new Revoked(null, null, "ada", 5, Long.MAX_VALUE);
    await(store.revocations().add(revoked, 10));
    Journal.Room before = await(store.journal().rooms("i")).get("lobby");
    reopen();
    assertThat(await(store.journal().rooms("i")).get("lobby"))
        .usingRecursiveComparison()
        .isEqualTo(before);
    assertThat(seqs(await(store.journal().read("i", "lobby", 0, 1000)).entries()))
        .isEqualTo(range(1, 500));
    assertThat(await(store.instances().find("i")).generation()).isEqualTo(3);
    assertThat(await(store.instances().find("i")).lastError()).isEqualTo("boom");
    assertThat(await(store.revocations().load())).containsExactly(revoked);
  }

  /** As if a node's threads ended before its store. */
  @Test
  void whoCannotBeToldDoesNotStopTheWriter() {
    Future<Void> first = store.journal().append("i", 1, appends("lobby", "e", 1, 1));
    first.onComplete(
        written -> {
          throw new RejectedExecutionException("its thread is gone");
        });
    await(store.journal().append("i", 1, appends("lobby", "e", 2, 2)));
    await(store.journal().append("i", 1, appends("lobby", "e", 3, 3)));
    assertThat(store.journal().refusal()).isNull();
  }

  private long nanosOfARead(long after) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      long began = System.nanoTime();
      int found = await(store.journal().read("i", "lobby", after, 50)).entries().size();
      best = Math.min(best, System.nanoTime() - began);
      assertThat(found).isEqualTo(50);
    }
    return best;
  }

  /** The query took 60 times as long when it stepped over the earlier entries. */
  @Test
  @Quiet
  void aReadFarBehindTakesNoLongerThanOneAtTheStart() {
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 30_000)));
    assertThat(nanosOfARead(29_900)).isLessThan(10 * nanosOfARead(0));
  }

  @Test
  void aLongHistoryIsReplacedAPartAtATime() {
    await(store.instances().create(instance("j")));
    await(store.journal().append("i", 1, appends("lobby", "old", 1, 20_000)));
    Future<Void> replaced = store.journal().append("i", 1, appends("lobby", "new", 1, 2));
    Future<Void> another = store.journal().append("j", 1, appends("lobby", "e", 1, 1));
    boolean before = await(another.map(written -> replaced.isComplete()));
    assertThat(before).isFalse();
    await(replaced);
    assertThat(seqs(await(store.journal().read("i", "lobby", 0, 100)).entries()))
        .isEqualTo(range(1, 2));
  }

  @Test
  void closingWritesWhatIsQueued() {
    Future<Void> last = Future.succeededFuture();
    for (long seq = 1; seq <= 2000; seq++) {
      last = store.journal().append("i", 1, appends("lobby", "e", seq, seq));
    }
    Future<Void> closed = store.close();
    await(last);
    await(closed);
    failure(store.journal().append("i", 1, appends("lobby", "e", 2001, 2001)));
    store = open(url);
    assertThat(await(store.journal().rooms("i")).get("lobby").last()).isEqualTo(2000);
  }

  @Test
  void aGenerationStaysFencedAfterAReopening() {
    await(store.journal().fence("i", 7));
    reopen();
    assertThat(failure(store.journal().append("i", 6, appends("lobby", "e", 1, 1))).getMessage())
        .contains("generation 6", "expected 7");
    await(store.journal().append("i", 7, appends("lobby", "e", 1, 1)));
  }

  @Test
  void anEntryThatIsThereAlreadyFailsAloneAndEndsItsGeneration() {
    for (String id : new String[] {"a", "b", "c"}) {
      await(store.instances().create(instance(id)));
    }
    await(store.journal().append("b", 1, appends("lobby", "e", 1, 1)));
    Future<Void> first = store.journal().append("a", 1, appends("lobby", "e", 1, 3));
    Future<Void> doubled = store.journal().append("b", 1, appends("lobby", "e", 1, 2));
    Future<Void> behind = store.journal().append("b", 1, appends("lobby", "e", 2, 2));
    Future<Void> last = store.journal().append("c", 1, appends("lobby", "e", 1, 3));
    await(first);
    await(last);
    failure(doubled);
    failure(behind);
    failure(store.journal().append("b", 1, appends("lobby", "e", 2, 2)));
    assertThat(await(store.journal().rooms("b")).get("lobby").last()).isEqualTo(1);
    assertThat(store.journal().refusal()).isNull();
    await(store.journal().append("b", 2, appends("lobby", "e", 2, 2)));
  }

  @Test
  void anInstanceMadeAnewDoesNotPayForTheFailureOfItsNamesake() {
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
    failure(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
    await(store.instances().delete("i"));
    await(store.instances().create(instance("i")));
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
  }

  @Test
  void rowsOfEntriesThatAreGoneGoTooWithinSnapshots() throws SQLException {
    Retention newest = new Retention(10, Duration.ZERO);
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 9000)));
    await(store.snapshots().save("i", 1, "lobby", snapshot(8000, "e"), newest));
    await(store.snapshots().save("i", 1, "lobby", snapshot(9000, "e"), newest));
    assertThat(await(store.journal().rooms("i")).get("lobby").oldest()).isEqualTo(8001);
    reopen();
    assertThat(entriesInTheirTable()).isEqualTo(1000);
  }

  @Test
  void aHistoryThatReplacesAPrunedOneBeginsAtOne() {
    Retention newest = new Retention(1, Duration.ZERO);
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 20)));
    await(store.snapshots().save("i", 1, "lobby", snapshot(10, "e"), newest));
    await(store.snapshots().save("i", 1, "lobby", snapshot(20, "e"), newest));
    await(store.journal().append("i", 1, appends("lobby", "f", 1, 3)));
    assertThat(await(store.journal().rooms("i")).get("lobby").oldest()).isEqualTo(1);
    assertThat(await(store.journal().read("i", "lobby", 0, 9)).complete()).isTrue();
  }

  @Test
  void entriesGoWithAgeOnceASnapshotCoversThem() {
    Retention tenMillis = new Retention(0, Duration.ofMillis(10));
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 40)));
    await(store.snapshots().save("i", 1, "lobby", snapshot(20, "e"), tenMillis));
    await(store.snapshots().save("i", 1, "lobby", snapshot(40, "e"), tenMillis));
    // an entry is as many milliseconds old as it is behind: 30 and later are young
    assertThat(await(store.journal().rooms("i")).get("lobby").oldest()).isEqualTo(21);
  }

  @Test
  void aLargeDeletionLetsOthersWriteMeanwhileAndLeavesNothing() throws SQLException {
    await(store.instances().create(instance("j")));
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 20_000)));
    await(store.journal().append("i", 1, appends("other", "e", 1, 3)));
    await(store.snapshots().save("i", 1, "lobby", snapshot(20_000, "e"), Retention.ALL));
    Future<Void> deleted = store.instances().delete("i");
    Future<Boolean> anew = store.instances().create(instance("i"));
    Future<Void> meanwhile = store.journal().append("j", 1, appends("lobby", "e", 1, 1));
    await(meanwhile);
    assertThat(deleted.isComplete()).isFalse();
    assertThat(await(store.journal().rooms("i"))).isEmpty();
    assertThat(await(store.journal().read("i", "lobby", 0, 5)).entries()).isEmpty();
    await(deleted);
    assertThat(await(anew)).isTrue();
    for (String table : new String[] {"snapshots", "push_keys", "deletions"}) {
      assertThat(count(table)).describedAs(table).isZero();
    }
    assertThat(entriesInTheirTable()).isEqualTo(1);
  }

  @Test
  void aDeletionThatAServerDidNotLiveToEndGoesOnAtTheNextStart() throws SQLException {
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 100)));
    await(store.close());
    execute("INSERT INTO deletions (instance, room) VALUES ('i', '')");
    store = open(url);
    assertThat(await(store.instances().create(instance("i")))).isTrue();
    assertThat(await(store.journal().rooms("i"))).isEmpty();
    assertThat(entriesInTheirTable()).isZero();
  }

  @Test
  void aSchemaNewerThanThisServerIsRefusedInWords() throws SQLException {
    await(store.close());
    execute(
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, execution_time, success) VALUES (99, '99', 'later', 'SQL',"
            + " 'V99__later.sql', 1, 'x', 1, "
            + (url.contains("sqlite") ? "1" : "true")
            + ")");
    assertThatThrownBy(() -> open(url))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("newer version of this server");
    execute("DELETE FROM flyway_schema_history WHERE installed_rank = 99");
    store = open(url);
  }

  @Test
  void aSecondServerIsRefusedAndTheFirstGoesOn() {
    assertThatThrownBy(() -> OpeningFaultsTest.impatiently(config(url)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("in use by another server");
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
  }
}
