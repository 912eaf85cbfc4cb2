package io.mycelium.cluster.placement;

import io.mycelium.journal.NodeStore.Load;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.NodeStore.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A cluster in one thread, on a clock of its own: nodes that publish their loads every half second,
 * read those of all as often, and ask {@link Balance} once a second, each at moments of its own.
 * Moves take 20 ms to 1 s, and one in thirty fails. Nothing keeps an instance from being moved
 * again.
 */
final class BalanceSimulation {
  private static final long STORE_MS = 500;
  private static final long ROUND_MS = 1000;
  private static final long NOT_AGAIN_MS = 60_000;
  private static final double FAILING = 1 / 30.0;

  private record Event(long at, long number, Runnable what) {}

  /** One node; {@code published} and {@code seen} are all that others and itself know of loads. */
  private static final class SimulatedNode {
    final String id;
    final Balance balance;
    final List<Integer> instances = new ArrayList<>();
    int usual;
    int connections;
    boolean draining;
    boolean gone;
    Member published;
    List<Member> seen = List.of();

    SimulatedNode(String id, Balance balance) {
      this.id = id;
      this.balance = balance;
    }

    void publish() {
      Node node = new Node(id, id, "localhost", 1);
      published = new Member(node, load(), 0, 0);
    }

    private Load load() {
      return new Load(instances.size(), connections, 0, draining);
    }

    double weight() {
      return Placement.weight(load());
    }
  }

  private final SplittableRandom random;
  private final int perRound;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Long> movedAt = new ArrayList<>();
  private long now;
  private long number;
  private int moves;
  private int failed;
  private int again;

  BalanceSimulation(long seed, int perRound) {
    this.random = new SplittableRandom(seed);
    this.perRound = perRound;
  }

  /** A node that has that many new instances and connections. */
  String join(int instances, int connections) {
    String id = String.format("n%03d", nodes.size());
    SimulatedNode node = new SimulatedNode(id, new Balance(random.split()));
    for (int i = 0; i < instances; i++) {
      node.instances.add(movedAt.size());
      movedAt.add(-NOT_AGAIN_MS);
    }
    node.usual = connections;
    node.connections = connections;
    nodes.add(node);
    node.publish();
    every(node, STORE_MS, node::publish);
    every(node, STORE_MS, () -> node.seen = look());
    every(node, ROUND_MS, () -> round(node));
    return id;
  }

  private void every(SimulatedNode node, long period, Runnable what) {
    at(now + random.nextLong(period), () -> again(node, period, what));
  }

  private void again(SimulatedNode node, long period, Runnable what) {
    if (!node.gone) {
      what.run();
      at(now + period, () -> again(node, period, what));
    }
  }

  private void at(long time, Runnable what) {
    events.add(new Event(time, number++, what));
  }

  private List<Member> look() {
    return nodes.stream().filter(each -> !each.gone).map(each -> each.published).toList();
  }

  private void round(SimulatedNode node) {
    for (String target : node.balance.moves(now, node.id, node.seen, perRound)) {
      int instance = node.instances.get(random.nextInt(node.instances.size()));
      at(now + random.nextLong(20, 1000), () -> arrive(instance, node, find(target)));
    }
  }

  private void arrive(int instance, SimulatedNode from, SimulatedNode to) {
    if (random.nextDouble() < FAILING || from.gone || to.gone || to.draining) {
      failed++;
    } else if (from.instances.remove((Integer) instance)) {
      to.instances.add(instance);
      moves++;
      if (now - movedAt.get(instance) < NOT_AGAIN_MS) {
        again++;
      }
      movedAt.set(instance, now);
    }
  }

  private SimulatedNode find(String id) {
    return nodes.stream().filter(each -> each.id.equals(id)).findFirst().orElseThrow();
  }

  /** The node dies, or has been drained and ends; others claim what it had, as at a failover. */
  void leave(String id) {
    SimulatedNode node = find(id);
    node.gone = true;
    node.instances.forEach(each -> lessBusy().instances.add(each));
    node.instances.clear();
  }

  /** Hands over at once what it has, and takes nothing until told otherwise. */
  void drain(String id, boolean on) {
    SimulatedNode node = find(id);
    node.draining = on;
    if (on) {
      node.instances.forEach(each -> lessBusy().instances.add(each));
      node.instances.clear();
    }
  }

  private SimulatedNode lessBusy() {
    List<SimulatedNode> open = serving();
    SimulatedNode one = open.get(random.nextInt(open.size()));
    SimulatedNode other = open.get(random.nextInt(open.size()));
    return one.weight() <= other.weight() ? one : other;
  }

  /** From now on connections come and go, up to that share more or less than each node had. */
  void shiftConnections(double share) {
    for (SimulatedNode each : nodes) {
      every(
          each,
          ROUND_MS,
          () -> {
            double next = each.connections + each.usual * share * (random.nextDouble() - 0.5);
            double most = each.usual * (1 + share);
            each.connections = (int) Math.max(each.usual * (1 - share), Math.min(most, next));
          });
    }
  }

  void run(long ms) {
    long end = now + ms;
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.remove();
      now = event.at();
      event.what().run();
    }
    now = end;
  }

  /**
   * Runs until all loads are that near to their mean, as a share of it.
   *
   * @return seconds that took; {@code most} if they are not by then
   */
  int runUntilWithin(double share, int most) {
    for (int seconds = 0; seconds < most; seconds++) {
      if (farthest() <= share) {
        return seconds;
      }
      run(1000);
    }
    return most;
  }

  private List<SimulatedNode> serving() {
    return nodes.stream().filter(each -> !each.gone && !each.draining).toList();
  }

  private double mean() {
    return serving().stream().mapToDouble(SimulatedNode::weight).average().orElseThrow();
  }

  /** How far the node is from the mean that is farthest, as a share of it. */
  double farthest() {
    double mean = mean();
    return serving().stream()
        .mapToDouble(each -> Math.abs(each.weight() / mean - 1))
        .max()
        .orElseThrow();
  }

  /** The fewest moves after which no load is farther from the mean than that. */
  double neededFor(double share) {
    double mean = mean();
    double over = 0;
    double under = 0;
    for (SimulatedNode each : serving()) {
      over += Math.max(0, each.weight() - mean * (1 + share));
      under += Math.max(0, mean * (1 - share) - each.weight());
    }
    return Math.max(over, under);
  }

  /** Instances that were moved. */
  int moves() {
    return moves;
  }

  /** Moves that did not come about. */
  int failed() {
    return failed;
  }

  /** Instances that were moved within a minute of their last move. */
  int movedAgain() {
    return again;
  }
}
