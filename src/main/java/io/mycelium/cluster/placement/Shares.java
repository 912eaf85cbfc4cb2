package io.mycelium.cluster.placement;

import io.mycelium.journal.NodeStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who takes how many of a dead node's instances: this node those that its sockets wait for, as long
 * as no other has clearly less to do. Each survivor reckons for itself; what two of them want goes
 * to the one that claims it first.
 */
public final class Shares {
  private final String self;
  private final Map<String, Double> weights = new TreeMap<>();

  /**
   * @param nodes that have a lease, with their loads
   * @param others that are heard
   */
  public Shares(List<NodeStore.Member> nodes, String self, Set<String> others) {
    this.self = self;
    for (NodeStore.Member each : nodes) {
      String id = each.node().id();
      if (!each.load().draining() && (id.equals(self) || others.contains(id))) {
        weights.put(id, Placement.weight(each.load()));
      }
    }
    if (weights.isEmpty()) {
      weights.put(self, 0.0);
    }
  }

  /** The instances that each node is to claim. */
  public Map<String, List<String>> of(List<String> instances) {
    Map<String, List<String>> shares = new LinkedHashMap<>();
    for (String instance : instances) {
      String node = mayTake() ? self : least();
      weights.merge(node, 1.0, Double::sum);
      shares.computeIfAbsent(node, ignored -> new ArrayList<>()).add(instance);
    }
    return shares;
  }

  /** Whether no other node has clearly less to do than this one. */
  public boolean mayTake() {
    Double own = weights.get(self);
    return own != null && !Placement.isMuchLess(weights.get(least()), own);
  }

  private String least() {
    String least = null;
    for (Map.Entry<String, Double> each : weights.entrySet()) {
      if (least == null || each.getValue() < weights.get(least)) {
        least = each.getKey();
      }
    }
    return least;
  }
}
