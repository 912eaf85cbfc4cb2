package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.Store;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Leases on a real PostgreSQL. Time passes by setting the rows back, on the database's clock: no
 * test waits for a lease to end.
 */
class LeasesTest {
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final Cluster cluster = new Cluster();
  private final Store first = cluster.join("n1");
  private final Store second = cluster.join("n2");

  @AfterEach
  void close() {
    cluster.close();
  }

  /** The node renewed for the last time so long ago. */
  private void silent(String node, String ago) throws SQLException {
    cluster.execute(
        "UPDATE nodes SET renewed_at = clock_timestamp() - interval '%s' WHERE id = '%s'"
            .formatted(ago, node));
  }

  /** The node has renewed without a gap for so long, and did just now. */
  private void renewing(String node, String since) throws SQLException {
    cluster.execute(
        "UPDATE nodes SET renewed_at = clock_timestamp(),"
            + " since = clock_timestamp() - interval '%s' WHERE id = '%s'".formatted(since, node));
  }

  @Test
  void nodesAreListedWithTheLoadOfTheirLastRenewal() throws SQLException {
    NodeStore.Load load = new NodeStore.Load(3, 700, 0.25, true);
    assertThat(await(first.nodes().renew(load))).isTrue();
    silent("n2", "5 seconds");
    assertThat(await(second.nodes().nodes()))
        .extracting(Member::node, Member::load)
        .containsExactly(
            tuple(Cluster.node("n1"), load), tuple(Cluster.node("n2"), NodeStore.Load.NONE));
    assertThat(await(second.nodes().nodes()).get(1).silent()).isBetween(5_000L, 60_000L);
  }

  @Test
  void aNodeIsDeadOnlyAfterItsSilence() throws SQLException {
    renewing("n1", "1 minute");
    silent("n2", "1 second");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isTrue();
    silent("n2", "10.1 seconds");
    renewing("n1", "1 minute");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isTrue();
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isFalse();
  }

  /** If the database was away, everybody is late: whoever is back first blames nobody. */
  @Test
  void whoWasSilentItselfDeclaresNobodyDeadUntilItHasRenewedForAsLong() throws SQLException {
    renewing("n1", "1 minute");
    silent("n1", "9 seconds");
    silent("n2", "19 seconds");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    await(first.nodes().renew(NodeStore.Load.NONE));
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    renewing("n1", "3 seconds");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    renewing("n1", "10.1 seconds");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isTrue();
  }

  @Test
  void renewalsWithoutAGapKeepTheirSeries() throws SQLException {
    String since = "SELECT since::text FROM nodes WHERE id = 'n1'";
    renewing("n1", "1 minute");
    String began = cluster.text(since);
    await(first.nodes().renew(NodeStore.Load.NONE));
    assertThat(cluster.text(since)).isEqualTo(began);
    silent("n1", "5 seconds");
    await(first.nodes().renew(NodeStore.Load.NONE));
    assertThat(cluster.text(since)).isNotEqualTo(began);
  }

  /** After a failover the database's clock may be behind. */
  @Test
  void afterTheDatabasesClockWentBackADeadNodeIsStillFound() throws SQLException {
    cluster.execute(
        "UPDATE nodes SET renewed_at = renewed_at + interval '1 hour', since = since + interval '1 hour'");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    await(first.nodes().renew(NodeStore.Load.NONE));
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isFalse();
    renewing("n1", "11 seconds");
    assertThat(await(first.nodes().declareDead("n2", SILENCE))).isTrue();
  }

  @Test
  void aRenewalAtTheSameTimeWins() throws Exception {
    renewing("n1", "1 minute");
    silent("n2", "11 seconds");
    try (Connection renewal = cluster.connect();
        Statement statement = renewal.createStatement()) {
      renewal.setAutoCommit(false);
      statement.execute("UPDATE nodes SET renewed_at = clock_timestamp() WHERE id = 'n2'");
      Future<Boolean> declared = first.nodes().declareDead("n2", SILENCE);
      cluster.awaitWaiting(1);
      renewal.commit();
      assertThat(await(declared)).isFalse();
    }
  }

  @Test
  void aNodeDeclaresNeitherItselfNorTheUnknownDead() throws SQLException {
    renewing("n1", "1 minute");
    assertThat(await(first.nodes().declareDead("n1", Duration.ZERO))).isFalse();
    assertThat(await(first.nodes().declareDead("nobody", Duration.ZERO))).isFalse();
    assertThat(failure(cluster.open().nodes().declareDead("n1", Duration.ZERO)))
        .isInstanceOf(Fenced.class);
  }

  @Test
  void aNodeThatWasDeclaredDeadJoinsAgainUnderANewIdWithoutItsInstances() throws SQLException {
    long generation = Cluster.create(second, "i");
    cluster.kill("n2");
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isFalse();
    Cluster.join(second, "n3");
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isTrue();
    assertThat(failure(second.journal().append("i", generation, appends("lobby", "e", 1, 1))))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining("owned by node n2, this node is n3");
    assertThat(await(second.nodes().claim("i")).owner()).isEqualTo("n3");
  }

  @Test
  void aNodeThatLeavesFreesItsInstancesAtOnce() {
    Cluster.create(second, "i");
    await(second.nodes().leave());
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isFalse();
    assertThat(await(first.nodes().claim("i")).owner()).isEqualTo("n1");
  }

  @Test
  void anIdThatAnotherNodeHasIsRefusedAndOnesOwnMayBeJoinedTwice() {
    await(first.nodes().join(Cluster.node("n1"), NodeStore.Load.NONE));
    NodeStore.Node other = new NodeStore.Node("n1", "another", "127.0.0.2", 7000);
    assertThat(failure(second.nodes().join(other, NodeStore.Load.NONE)))
        .hasMessageContaining("n1 is taken by another node");
    assertThat(await(second.nodes().renew(NodeStore.Load.NONE))).isTrue();
  }

  /** Its writer waits for a row, two claims wait for it, and so do all readers. */
  @Test
  void aRenewalWaitsForNothingElse() throws Exception {
    Cluster.create(first, "i");
    try (Connection stuck = cluster.connect();
        Statement statement = stuck.createStatement()) {
      stuck.setAutoCommit(false);
      statement.executeQuery("SELECT 1 FROM instances FOR UPDATE").close();
      Future<Void> append = first.journal().append("i", 1 << 20, appends("lobby", "e", 1, 1));
      List<Future<Claim>> claims = List.of(first.nodes().claim("i"), first.nodes().claim("i"));
      cluster.awaitWaiting(3);
      assertThat(await(first.nodes().renew(NodeStore.Load.NONE))).isTrue();
      assertThat(append.isComplete()).isFalse();
      assertThat(claims).noneMatch(Future::isComplete);
      stuck.rollback();
      await(Future.join(append.otherwiseEmpty(), claims.get(0), claims.get(1)));
    }
  }
}
