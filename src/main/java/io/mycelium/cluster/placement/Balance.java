package io.mycelium.cluster.placement;

import io.mycelium.journal.NodeStore;
import io.mycelium.journal.NodeStore.Load;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;

/**
 * How many of its instances this node gives away, and to whom, so that all nodes have about as much
 * to do. Each node decides for itself, by loads that are up to a second old. It gives only what it
 * has above the mean: once it is far above it, or as its share of what a node lacks that is far
 * below it, such as one that has just joined. Far is more than {@link #START} of the mean; and once
 * somebody is, {@link #START_TOO} is enough, until no node is farther off than {@link #STOP}.
 *
 * <p>Has no clock and waits for nothing. On the cluster's event loop.
 */
public final class Balance {
  private static final double START = 0.15;
  private static final double START_TOO = 0.09;
  private static final double STOP = 0.05;

  /** Fewer than that many instances too many or too few are not worth a move. */
  private static final int FEW = 10;

  /** A move and the two looks at the store that tell of it; until then it may not be seen. */
  private static final long UNSEEN_MS = 3000;

  /** A node that has not renewed its lease for so long gets nothing. */
  private static final long SILENT_MS = 2000;

  private record Gift(long at, String to) {}

  private final RandomGenerator random;
  private final ArrayDeque<Gift> gifts = new ArrayDeque<>();
  private final Set<String> over = new HashSet<>();
  private final Set<String> under = new HashSet<>();

  public Balance(RandomGenerator random) {
    this.random = random;
  }

  /**
   * To be called once a second; what it returns is taken to be done, and counts again if the loads
   * of three seconds later do not show it.
   *
   * @param nowMs of any clock that does not go back
   * @param self this node's id
   * @param members what the store says of the nodes that have a lease
   * @param perRound most instances that this node gives away now, and about the most that one node
   *     gets from all together
   * @return ids of the nodes to give an instance to, one for each instance
   */
  public List<String> moves(long nowMs, String self, List<NodeStore.Member> members, int perRound) {
    gifts.removeIf(gift -> nowMs - gift.at() >= UNSEEN_MS);
    List<NodeStore.Member> serving =
        members.stream().filter(each -> !each.load().draining()).toList();
    double level = level(serving);
    mark(serving, level);
    boolean isOver = over.contains(self);
    if (!isOver && under.isEmpty()) {
      return List.of();
    }
    List<NodeStore.Member> takers =
        serving.stream()
            .filter(each -> each.silent() < SILENT_MS && !each.node().id().equals(self))
            .filter(each -> isOver || under.contains(each.node().id()))
            .filter(each -> lack(each, level) > 0)
            .toList();
    double lack = sum(takers, each -> lack(each, level));
    double most = takers.stream().mapToDouble(each -> lack(each, level)).max().orElse(0);
    double excess = sum(serving, each -> isGiver(each) ? excess(each, level) : 0);
    double own =
        sum(serving, each -> each.node().id().equals(self) ? excess(each, level) : 0)
            - gifts.size();
    if (takers.isEmpty() || own <= 0) {
      return List.of();
    }
    double share = isOver ? own : own * Math.min(1, lack / excess);
    double rate = Math.min(perRound, perRound * (lack / most) * (own / excess));
    return give(nowMs, takers, level, whole(Math.min(share, rate)));
  }

  private boolean isGiver(NodeStore.Member member) {
    return !under.isEmpty() || over.contains(member.node().id());
  }

  /** Part of an instance is one by chance, so that many nodes with little each give it together. */
  private int whole(double count) {
    return (int) (count + random.nextDouble());
  }

  /** By chance, the more a node lacks the more likely: the others choose at the same time. */
  private List<String> give(long nowMs, List<NodeStore.Member> takers, double level, int count) {
    double[] rest = takers.stream().mapToDouble(each -> rest(each, level)).toArray();
    List<String> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double at = random.nextDouble() * DoubleStream.of(rest).sum();
      int taker = 0;
      while (taker < rest.length && at >= rest[taker]) {
        at -= rest[taker++];
      }
      if (taker < rest.length) {
        rest[taker] = Math.max(0, rest[taker] - 1);
        chosen.add(takers.get(taker).node().id());
      }
    }
    chosen.forEach(id -> gifts.add(new Gift(nowMs, id)));
    return chosen;
  }

  private double rest(NodeStore.Member taker, double level) {
    String id = taker.node().id();
    long given = gifts.stream().filter(gift -> gift.to().equals(id)).count();
    return Math.max(0, lack(taker, level) - given);
  }

  private void mark(List<NodeStore.Member> serving, double level) {
    boolean isUneven = !over.isEmpty() || !under.isEmpty();
    double start = Math.max(FEW, level * (isUneven ? START_TOO : START));
    mark(over, serving, each -> excess(each, level), start, level * STOP);
    mark(under, serving, each -> lack(each, level), start, level * STOP);
  }

  private static void mark(
      Set<String> marked,
      List<NodeStore.Member> serving,
      ToDoubleFunction<NodeStore.Member> off,
      double start,
      double stop) {
    Set<String> now = new HashSet<>();
    for (NodeStore.Member each : serving) {
      double far = off.applyAsDouble(each);
      if (far >= start || far > stop && marked.contains(each.node().id())) {
        now.add(each.node().id());
      }
    }
    marked.clear();
    marked.addAll(now);
  }

  /**
   * The mean of what the nodes have to do; without those whose connections alone are more, since
   * connections do not move.
   */
  private static double level(List<NodeStore.Member> serving) {
    List<NodeStore.Member> rest = serving;
    while (true) {
      double mean =
          rest.stream().mapToDouble(each -> Placement.weight(each.load())).average().orElse(0);
      List<NodeStore.Member> movable =
          rest.stream().filter(each -> fixed(each.load()) < mean + 1).toList();
      if (movable.size() == rest.size()) {
        return mean;
      }
      rest = movable;
    }
  }

  private static double fixed(Load load) {
    return Placement.weight(load) - load.instances();
  }

  /** Instances that a node has too many. */
  private static double excess(NodeStore.Member member, double level) {
    double above = Placement.weight(member.load()) - level;
    return Math.max(0, Math.min(above, member.load().instances()));
  }

  private static double lack(NodeStore.Member member, double level) {
    return Math.max(0, level - Placement.weight(member.load()));
  }

  private static double sum(
      List<NodeStore.Member> members, ToDoubleFunction<NodeStore.Member> part) {
    return members.stream().mapToDouble(part).sum();
  }
}
