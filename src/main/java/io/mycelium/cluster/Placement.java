package io.mycelium.cluster;

import io.mycelium.journal.NodeStore;
import io.mycelium.journal.NodeStore.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Where an instance goes: of two nodes by chance the one with less to do, and this one unless the
 * other has clearly less, since it is here that somebody waits. Loads are those of the last look at
 * the store. On the cluster's event loop.
 */
final class Placement {
  /** How much more this node may have to do than the other, as a share, and at least that many. */
  private static final double MARGIN = 0.2;

  private static final int FEW = 50;

  private final Peers peers;
  private final RandomGenerator random;
  private List<NodeStore.Member> nodes = List.of();

  Placement(Peers peers, RandomGenerator random) {
    this.peers = peers;
    this.random = random;
  }

  /** What the store says of the nodes that have a lease. */
  void update(List<NodeStore.Member> members) {
    nodes = List.copyOf(members);
  }

  /** That node has no lease any more. */
  void forget(String node) {
    nodes = nodes.stream().filter(each -> !each.node().id().equals(node)).toList();
  }

  List<NodeStore.Member> nodes() {
    return nodes;
  }

  /** The node for a new instance. */
  String forNew() {
    return choose();
  }

  /** The node for an instance that nobody owns. */
  String forNobodys() {
    return choose();
  }

  private String choose() {
    List<NodeStore.Member> open = new ArrayList<>();
    NodeStore.Member self = null;
    for (NodeStore.Member each : nodes) {
      if (each.node().id().equals(peers.ownId())) {
        self = each;
      } else if (!each.load().draining()) {
        open.add(each);
      }
    }
    if (open.isEmpty()) {
      return peers.ownId();
    }
    NodeStore.Member other = open.get(random.nextInt(open.size()));
    boolean stays = self != null && !self.load().draining() && !isMuchLess(other, self);
    return stays ? peers.ownId() : other.node().id();
  }

  private static boolean isMuchLess(NodeStore.Member other, NodeStore.Member self) {
    double own = weight(self.load());
    return weight(other.load()) + Math.max(FEW, own * MARGIN) < own;
  }

  /** Instances count for what they may do, connections for what they do. */
  static double weight(Load load) {
    return load.instances() + load.connections() / 10.0;
  }
}
