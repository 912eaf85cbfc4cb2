package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.entry;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static io.mycelium.journal.StoreRig.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Only the owner of an instance writes to it, whatever generation another node believes in. */
class OwnersTest {
  private static final long TERM_1 = 1 << 20;
  private static final long TERM_2 = 2 << 20;

  private final Cluster cluster = new Cluster();
  private final Store first = cluster.join("n1");
  private final Store second = cluster.join("n2");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Future<Void> write(
      Store store, long generation, String epoch, long from, long to) {
    return store.journal().append("i", generation, appends("lobby", epoch, from, to));
  }

  private static List<Long> kept(Store store) {
    return seqs(await(store.journal().read("i", "lobby", 0, 1000)).entries());
  }

  private void expectFenced(Future<?> write) {
    assertThat(failure(write)).isInstanceOf(Fenced.class);
  }

  /** The second node owns the instance, in the second term. */
  private void moved() {
    assertThat(await(first.nodes().handOver("i", TERM_1, "n2")).generation()).isEqualTo(TERM_2);
  }

  @Test
  void restartsWithinATermNeedNoClaim() {
    Cluster.create(first, "i");
    await(first.journal().fence("i", TERM_1 + 1));
    await(write(first, TERM_1 + 1, "e", 1, 2));
    await(write(first, TERM_1 + 2, "e", 3, 3));
    expectFenced(write(first, TERM_1 + 1, "e", 4, 4));
    assertThat(kept(second)).isEqualTo(range(1, 3));
    assertThat(await(second.nodes().owner("i")).generation()).isEqualTo(TERM_1 + 2);
  }

  @Test
  void nobodyWritesBeforeItHasJoined() {
    Cluster.create(first, "i");
    Store outside = cluster.open();
    assertThat(failure(write(outside, TERM_1, "e", 1, 1)))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining("this node is in no cluster: it has not joined");
    expectFenced(outside.instances().create(instance("j")));
    assertThat(await(first.instances().find("j"))).isNull();
  }

  @Test
  void anotherNodeIsFencedThoughItsGenerationLooksRight() {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "e", 1, 1));
    for (long generation : new long[] {TERM_1, TERM_1 + 1, TERM_2}) {
      expectFenced(write(second, generation, "e", 2, 2));
      expectFenced(second.journal().fence("i", generation));
      expectFenced(
          second.snapshots().save("i", generation, "lobby", snapshot(1, "e"), Retention.ALL));
    }
    await(write(first, TERM_1, "e", 2, 2));
    assertThat(kept(first)).isEqualTo(range(1, 2));
    assertThat(await(first.nodes().owner("i")).generation()).isEqualTo(TERM_1);
  }

  @Test
  void aDeadNodeIsFencedThoughItsGenerationLooksRightAndNobodyHasClaimedYet() throws SQLException {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "e", 1, 1));
    cluster.kill("n1");
    assertThat(failure(write(first, TERM_1, "e", 2, 2)))
        .isInstanceOf(Fenced.class)
        .hasMessage("node n1 has no lease any more: it was declared dead");
    expectFenced(first.journal().fence("i", TERM_1 + 1));
    expectFenced(first.instances().setFailed("i", true, "fenced off"));
    expectFenced(first.instances().create(instance("j")));
    assertThat(await(second.nodes().claim("i")).generation()).isEqualTo(TERM_2);
    await(write(second, TERM_2 + 1, "e", 2, 3));
    assertThat(kept(first)).isEqualTo(range(1, 3));
    assertThat(await(second.instances().find("i")).failed()).isFalse();
  }

  @Test
  void anEarlierTermOfTheSameNodeIsFencedAndSoIsOneThatWasReleased() {
    Cluster.create(first, "i");
    await(first.nodes().claim("i"));
    expectFenced(write(first, TERM_1 + 5, "e", 1, 1));
    expectFenced(write(first, 3 << 20, "e", 1, 1));
    await(write(first, TERM_2, "e", 1, 1));
    await(first.nodes().release("i", TERM_2));
    assertThat(failure(write(first, TERM_2, "e", 2, 2))).hasMessageContaining("by no node");
    assertThat(kept(first)).isEqualTo(range(1, 1));
  }

  /** A namesake begins at a lower generation than the instance that was deleted. */
  @Test
  void theWriterOfADeletedInstanceIsFencedFromItsNamesake() {
    Cluster.create(first, "i");
    await(first.nodes().claim("i"));
    await(first.nodes().claim("i"));
    await(first.instances().delete("i"));
    Cluster.create(first, "i");
    expectFenced(write(first, 3 << 20, "e", 1, 1));
    await(write(first, TERM_1, "f", 1, 1));
  }

  @Test
  void aNewInstanceMayBeginAboveAGenerationThatIsKnownToLive() {
    Registered made = new Registered("i", "n", "t", "{}", 5, TERM_2 + 3, false, null);
    await(first.instances().create(made));
    assertThat(await(first.nodes().owner("i")).generation()).isEqualTo(3 << 20);
  }

  @Test
  void onlyTheOwnerChangesAnInstanceOrWhoeverFindsItFree() {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "e", 1, 1));
    expectFenced(second.instances().setSpec("i", "{}"));
    expectFenced(second.instances().setFailed("i", true, "x"));
    expectFenced(second.journal().deleteRoom("i", "lobby"));
    expectFenced(second.instances().delete("i"));
    assertThat(kept(second)).isEqualTo(range(1, 1));
    await(first.nodes().release("i", TERM_1));
    await(second.instances().setSpec("i", "{\"free\":1}"));
    assertThat(await(first.instances().find("i")).spec()).isEqualTo("{\"free\":1}");
    await(second.instances().delete("i"));
    assertThat(await(first.instances().find("i"))).isNull();
  }

  /** The write behind a refused deletion waits for nothing. */
  @Test
  void aRefusedDeletionHoldsUpNobody() {
    Cluster.create(first, "i");
    Future<Void> deletion = second.instances().delete("i");
    Future<Void> behind = second.instances().setSpec("i", "{}");
    Future<Boolean> other = second.instances().create(instance("j"));
    expectFenced(deletion);
    expectFenced(behind);
    assertThat(await(other)).isTrue();
    assertThat(await(second.instances().create(instance("k")))).isTrue();
  }

  @Test
  void anIdIsTakenOnceInTheWholeCluster() {
    assertThat(await(first.instances().create(instance("i")))).isTrue();
    assertThat(await(second.instances().create(instance("i")))).isFalse();
    assertThat(await(second.nodes().owner("i")).owner()).isEqualTo("n1");
  }

  /** What a node remembers of rooms is from before others wrote to them. */
  @Test
  void anInstanceThatComesBackIsWrittenAsTheOthersLeftIt() {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "e", 1, 3));
    moved();
    await(second.journal().deleteRoom("i", "lobby"));
    await(second.nodes().handOver("i", TERM_2, "n1"));
    await(write(first, 3 << 20, "e", 1, 2));
    assertThat(kept(first)).isEqualTo(range(1, 2));
    await(first.nodes().release("i", 3 << 20));
    await(second.instances().delete("i"));
    Registered same = new Registered("i", "n", "t", "{}", 5, TERM_2, false, null);
    await(first.instances().create(same));
    await(write(first, 3 << 20, "e", 1, 1));
    assertThat(kept(second)).isEqualTo(range(1, 1));
  }

  /** As if the owner died between two parts of it. */
  @Test
  void aDeletionThatADeadOwnerBeganIsDoneBeforeTheNextOneWrites() throws SQLException {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "old", 1, 9));
    cluster.kill("n1");
    cluster.execute("INSERT INTO deletions (instance, room) VALUES ('i', 'lobby')");
    cluster.execute("DELETE FROM rooms");
    assertThat(await(second.nodes().claim("i")).owner()).isEqualTo("n2");
    await(write(second, TERM_2, "new", 1, 2));
    assertThat(kept(second)).isEqualTo(range(1, 2));
    assertThat(cluster.number("SELECT count(*) FROM deletions")).isZero();
    assertThat(cluster.number("SELECT count(*) FROM entries")).isEqualTo(2);
  }

  @Test
  void anIdWhoseDeletionIsNotCompleteIsTakenAndFreeAfterwards() throws SQLException {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "old", 1, 9));
    cluster.execute("INSERT INTO deletions (instance, room) VALUES ('i', '')");
    cluster.execute("DELETE FROM instances");
    assertThat(await(second.instances().create(instance("i")))).isFalse();
    // Whoever declares the deleting node dead, or starts, goes on.
    Store third = cluster.join("n3");
    Load.await("end of the deletion", () -> await(third.instances().create(instance("i"))));
    assertThat(cluster.text("SELECT count(*) FROM entries")).isEqualTo("0");
  }

  /** Another node ended it, and somebody has written since. */
  @Test
  void aDeletionThatIsNoLongerUnfinishedIsNotDoneAgain() throws SQLException {
    Cluster.create(first, "i");
    await(write(first, TERM_1, "e", 1, 3));
    try (Connection connection = cluster.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 'i', ''")) {
      row.next();
      Deletion stale = Deletion.resumed(row);
      stale.apply(
          new Transaction(
              new Statements(connection),
              new Generations(new HashMap<>(Map.of("i", TERM_1))),
              new RoomEpochs(),
              null,
              false));
      assertThat(stale.isDone()).isTrue();
    } catch (Fenced e) {
      throw new AssertionError(e);
    }
    assertThat(kept(first)).isEqualTo(range(1, 3));
    assertThat(await(first.nodes().owner("i")).owner()).isEqualTo("n1");
  }

  @Test
  void entriesStayAsLongAsALinkMayAskForThemWhateverTheRetention() {
    Cluster.create(first, "i");
    Retention newest = new Retention(1, Duration.ZERO);
    // An entry is as many milliseconds old as it is behind: all are younger than ten seconds.
    await(write(first, TERM_1, "e", 1, 40));
    await(first.snapshots().save("i", TERM_1, "lobby", snapshot(20, "e"), newest));
    await(first.snapshots().save("i", TERM_1, "lobby", snapshot(40, "e"), newest));
    assertThat(kept(first)).isEqualTo(range(1, 40));
    await(
        first
            .journal()
            .append("i", TERM_1, List.of(append("lobby", "e", StoreRig.entry(41)), late(42))));
    await(first.snapshots().save("i", TERM_1, "lobby", late(), newest));
    assertThat(await(first.journal().rooms("i")).get("lobby").oldest()).isEqualTo(41);
  }

  private static Journal.Append late(long seq) {
    return append("lobby", "e", new Entry(seq, 60_000, "push", null, entry(seq).payload()));
  }

  private static Snapshot late() {
    return new Snapshot(42, "e", 60_000, 0, 0, entry(1).payload());
  }

  /** A frozen process keeps its transaction open; the database ends its session. */
  @Test
  void aFrozenOwnersLocksEndWithItsSession() throws SQLException {
    Cluster.create(first, "i");
    try (Connection frozen = cluster.connect();
        Statement statement = frozen.createStatement()) {
      Ownership.settle(frozen);
      frozen.setAutoCommit(false);
      statement.executeQuery("SELECT 1 FROM instances WHERE id = 'i' FOR UPDATE").close();
      cluster.kill("n1");
      Load.await("a claim", () -> claimed(second));
    }
    await(write(second, TERM_2, "e", 1, 1));
  }

  private static boolean claimed(Store store) {
    return !await(store.nodes().claim(List.of("i"))).isEmpty();
  }
}
