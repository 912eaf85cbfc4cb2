package io.mycelium.cluster.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.NodeStore.Load;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.NodeStore.Node;
import io.mycelium.testing.Figures;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hundred nodes with 100,000 instances, if nothing else is said. */
class BalanceTest {
  private static final int PER_ROUND = 20;
  private static final double NEAR = 0.1;
  private static final long TEN_MINUTES = 600_000;

  private static BalanceSimulation cluster(long seed, int nodes, int instances) {
    BalanceSimulation cluster = new BalanceSimulation(seed, PER_ROUND);
    SplittableRandom noise = new SplittableRandom(seed);
    for (int i = 0; i < nodes; i++) {
      int each = instances / nodes;
      cluster.join(noise.nextInt(each - each / 20, each + each / 20 + 1), each);
    }
    cluster.run(5000);
    return cluster;
  }

  /** Within the time that the rate allows, with few more moves than needed; then all is still. */
  private static void evensOut(String what, BalanceSimulation cluster, int atOnce) {
    double needed = cluster.neededFor(NEAR);
    int before = cluster.moves();
    int most = (int) (needed / (PER_ROUND * atOnce) * 1.3) + 15;
    int seconds = cluster.runUntilWithin(NEAR, most);
    cluster.run(60_000);
    int moves = cluster.moves() - before;
    Figures.log(
        "%s: even after %d s (of %d), %d moves (least %d), %d failed, %d too early",
        what, seconds, most, moves, Math.round(needed), cluster.failed(), cluster.movedAgain());
    assertThat(seconds).isLessThan(most);
    assertThat(cluster.farthest()).isLessThanOrEqualTo(NEAR);
    assertThat((double) moves).isBetween(needed, needed * 1.2 + 10);
    assertThat(cluster.movedAgain()).isZero();
    cluster.run(60_000);
    assertThat(cluster.moves() - before).isEqualTo(moves);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aNodeThatJoinedIsFilledAtTheRate(long seed) {
    BalanceSimulation cluster = cluster(seed, 99, 99_000);
    assertThat(cluster.moves()).isZero();
    cluster.join(0, 0);
    evensOut("one joined", cluster, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void manyThatJoinAreFilledSideBySide(long seed) {
    BalanceSimulation cluster = cluster(seed, 80, 100_000);
    IntStream.range(0, 20).forEach(i -> cluster.join(0, 0));
    evensOut("twenty joined", cluster, 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 9, 30})
  void inAClusterOfAnySize(int nodes) {
    BalanceSimulation cluster = cluster(nodes, nodes, nodes * 300);
    cluster.join(0, 0);
    evensOut("joined " + nodes, cluster, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void oneThatHasTooMuchGivesItToAll(long seed) {
    BalanceSimulation cluster = cluster(seed, 99, 98_000);
    cluster.join(2000, 1000);
    evensOut("one too full", cluster, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void nothingMovesForTenMinutesWhereLoadsOnlyWaver(long seed) {
    BalanceSimulation cluster = new BalanceSimulation(seed, PER_ROUND);
    SplittableRandom noise = new SplittableRandom(seed);
    IntStream.range(0, 100).forEach(i -> cluster.join(noise.nextInt(960, 1041), 10_000));
    cluster.shiftConnections(0.2);
    cluster.run(TEN_MINUTES);
    assertThat(cluster.farthest()).isGreaterThan(0.05);
    assertThat(cluster.moves()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whileConnectionsComeAndGo(long seed) {
    BalanceSimulation cluster = cluster(seed, 99, 99_000);
    cluster.shiftConnections(0.2);
    cluster.join(0, 0);
    evensOut("wavering, one joined", cluster, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whateverNodesDo(long seed) {
    BalanceSimulation cluster = cluster(seed, 100, 100_000);
    cluster.leave("n007");
    cluster.run(10_000);
    assertThat(cluster.moves()).isZero();
    cluster.drain("n011", true);
    cluster.run(10_000);
    assertThat(cluster.moves()).isZero();
    cluster.join(0, 0);
    cluster.run(10_000);
    cluster.leave("n012");
    cluster.drain("n011", false);
    cluster.run(7000);
    cluster.leave("n099");
    evensOut("after a storm", cluster, 2);
    cluster.drain("n100", true);
    cluster.drain("n100", false);
    evensOut("drained and back", cluster, 1);
  }

  private static Member member(String id, int instances, int connections, boolean draining) {
    return new Member(
        new Node(id, id, "localhost", 1), new Load(instances, connections, 0, draining), 0, 0);
  }

  @Test
  void nobodyGivesMoreThanItHasAndConnectionsDoNotCount() {
    Balance balance = new Balance(new SplittableRandom(1));
    List<Member> members =
        List.of(
            member("a", 60, 100_000, false),
            member("b", 400, 0, false),
            member("c", 200, 0, false));
    assertThat(balance.moves(0, "a", members, 1000)).hasSize(60).containsOnly("c");
    assertThat(balance.moves(1000, "a", members, 100)).isEmpty();
    Balance second = new Balance(new SplittableRandom(1));
    assertThat(second.moves(0, "b", members, 200)).hasSize(100).containsOnly("c");
  }

  @Test
  void aDrainingNodeNeitherGivesNorTakes() {
    Balance balance = new Balance(new SplittableRandom(1));
    List<Member> members =
        List.of(member("a", 500, 0, false), member("b", 0, 0, true), member("c", 500, 0, false));
    assertThat(balance.moves(0, "a", members, 10)).isEmpty();
    assertThat(balance.moves(0, "b", members, 10)).isEmpty();
  }

  @Test
  void whatIsStaleIsNotGivenTwice() {
    Balance balance = new Balance(new SplittableRandom(1));
    List<Member> members = List.of(member("a", 100, 0, false), member("b", 40, 0, false));
    assertThat(balance.moves(0, "a", members, 100)).hasSize(30);
    assertThat(balance.moves(1000, "a", members, 100)).isEmpty();
    assertThat(balance.moves(2000, "a", members, 100)).isEmpty();
    assertThat(balance.moves(3000, "a", members, 100)).as("they all failed").hasSize(30);
  }
}
