package io.mycelium.cluster.placement;

import io.mycelium.journal.NodeStore;
import io.mycelium.journal.NodeStore.Load;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Where an instance goes: of two nodes by chance the one with less to do, and this one unless the
 * other has clearly less, since it is here that somebody waits. Loads are those of the last look at
 * the store. On the cluster's event loop.
 */
public final class Placement {
  /** How much more this node may have to do than the other, as a share, and at least that many. */
  private static final double MARGIN = 0.2;

  private static final int FEW = 50;

  private final Supplier<String> ownId;
  private final RandomGenerator random;
  private List<NodeStore.Member> nodes = List.of();

  public Placement(Supplier<String> ownId, RandomGenerator random) {
    this.ownId = ownId;
    this.random = random;
  }

  /** What the store says of the nodes that have a lease. */
  public void update(List<NodeStore.Member> members) {
    nodes = List.copyOf(members);
  }

  /** That node has no lease any more. */
  public void forget(String node) {
    nodes = nodes.stream().filter(each -> !each.node().id().equals(node)).toList();
  }

  public List<NodeStore.Member> nodes() {
    return nodes;
  }

  /** The node for an instance of this one that has to go; null if no other takes any. */
  public String another() {
    List<NodeStore.Member> others = others();
    if (others.isEmpty()) {
      return null;
    }
    NodeStore.Member one = any(others);
    NodeStore.Member other = any(others);
    return weight(one.load()) <= weight(other.load()) ? one.node().id() : other.node().id();
  }

  /** The node for a new instance, and for one that nobody owns. */
  public String choose() {
    List<NodeStore.Member> others = others();
    if (others.isEmpty()) {
      return ownId.get();
    }
    NodeStore.Member other = any(others);
    boolean stays =
        nodes.stream()
            .filter(each -> each.node().id().equals(ownId.get()) && !each.load().draining())
            .anyMatch(self -> !isMuchLess(weight(other.load()), weight(self.load())));
    return stays ? ownId.get() : other.node().id();
  }

  /** Those that take instances. */
  private List<NodeStore.Member> others() {
    return nodes.stream()
        .filter(each -> !each.node().id().equals(ownId.get()) && !each.load().draining())
        .toList();
  }

  private NodeStore.Member any(List<NodeStore.Member> members) {
    return members.get(random.nextInt(members.size()));
  }

  /** Whether one has so much less to do than this node that it gets an instance instead. */
  static boolean isMuchLess(double other, double own) {
    return other + Math.max(FEW, own * MARGIN) < own;
  }

  /** Instances count for what they may do, connections for what they do. */
  static double weight(Load load) {
    return load.instances() + load.connections() / 10.0;
  }
}
