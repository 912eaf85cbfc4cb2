package io.mycelium.cluster;

import io.mycelium.bus.InstanceGateway;
import io.mycelium.bus.Residents;
import io.mycelium.cluster.placement.Balance;
import io.mycelium.journal.NodeStore;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once a second, hands some instances over to nodes that have clearly less to do, as {@link
 * Balance} has it; first those without a socket on this node. On the cluster's event loop.
 */
final class Rebalance {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalance.class);
  private static final long EVERY_MS = 1000;

  private final Vertx vertx;
  private final ClusterConfig config;
  private final Peers peers;
  private final Residents residents;
  private final Moves moves;
  private final Balance balance = new Balance(new SplittableRandom());
  private long looked = now() - EVERY_MS;

  Rebalance(Vertx vertx, ClusterConfig config, Peers peers, Residents residents, Moves moves) {
    this.vertx = vertx;
    this.config = config;
    this.peers = peers;
    this.residents = residents;
    this.moves = moves;
  }

  private static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  /** What the store says now; more often than once a second is no harm. */
  void look(List<NodeStore.Member> members) {
    long now = now();
    int most = config.movesPerSecond() - moves.running();
    if (most <= 0 || now - looked < EVERY_MS) {
      return;
    }
    looked = now;
    List<String> targets = balance.moves(now, peers.ownId(), members, most);
    if (targets.isEmpty()) {
      return;
    }
    ArrayDeque<String> chosen = choose(targets.size());
    LOG.debug("cluster: {} instances go to nodes that have less to do", chosen.size());
    for (String to : targets) {
      String instance = chosen.poll();
      if (instance != null) {
        moves
            .move(instance, to)
            .onFailure(cause -> LOG.debug("cluster: {} is not moved", instance, cause));
      }
    }
  }

  private ArrayDeque<String> choose(int count) {
    ArrayDeque<String> unused = new ArrayDeque<>();
    ArrayDeque<String> used = new ArrayDeque<>();
    for (String each : residents.ids()) {
      if (unused.size() == count) {
        break;
      }
      if (!moves.isOnItsWay(each)) {
        (InstanceGateway.isLinked(vertx, each) ? used : unused).add(each);
      }
    }
    while (unused.size() < count && !used.isEmpty()) {
      unused.add(used.remove());
    }
    return unused;
  }
}
