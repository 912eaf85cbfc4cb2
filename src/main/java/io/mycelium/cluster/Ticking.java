package io.mycelium.cluster;

import io.mycelium.cluster.placement.Placement;
import io.mycelium.cluster.placement.Shares;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts instances of dead nodes whose rooms wait for a tick, though nobody uses them; those of
 * nodes that died together with the whole cluster too. The survivors share them: each takes a part
 * at a time, unless another has clearly less to do. On the cluster's event loop.
 */
final class Ticking {
  private static final Logger LOG = LoggerFactory.getLogger(Ticking.class);
  private static final int PART = 100;
  private static final long EVERY_MS = 2000;

  /** Instances that sockets wait for come first. */
  private static final long AFTER_DEATH_MS = 300;

  private static final long PAUSE_MS = 500;

  private final Vertx vertx;
  private final OwnContext context;
  private final Directories directories;
  private final NodeStore store;
  private final Peers peers;
  private final Routes routes;
  private final Placement placement;
  private final ArrayDeque<String> waiting = new ArrayDeque<>();

  /** A dead node gets no new instances and no new snapshots: one look at each is enough. */
  private final Set<String> done = new HashSet<>();

  private boolean running;

  Ticking(
      Vertx vertx,
      OwnContext context,
      Directories directories,
      NodeStore store,
      Peers peers,
      Routes routes,
      Placement placement) {
    this.vertx = vertx;
    this.context = context;
    this.directories = directories;
    this.store = store;
    this.peers = peers;
    this.routes = routes;
    this.placement = placement;
  }

  void start() {
    vertx.setPeriodic(EVERY_MS, timer -> look());
  }

  /** That node owns nothing any more. */
  void dead(String node) {
    vertx.setTimer(AFTER_DEATH_MS, timer -> add(node));
  }

  private void look() {
    context
        .here(store.deadOwners())
        .onSuccess(
            dead -> {
              done.retainAll(dead);
              dead.forEach(this::add);
            });
  }

  private void add(String dead) {
    if (!done.contains(dead) && !waiting.contains(dead)) {
      waiting.add(dead);
      next();
    }
  }

  private void next() {
    if (!running && !waiting.isEmpty()) {
      running = true;
      take(waiting.element(), "");
    }
  }

  private void take(String dead, String after) {
    if (!new Shares(placement.nodes(), peers.ownId(), peers.others()).mayTake()) {
      vertx.setTimer(PAUSE_MS, timer -> take(dead, after));
      return;
    }
    JsonObject request =
        new JsonObject()
            .put("op", "adopt_ticking")
            .put("node", dead)
            .put("after", after)
            .put("limit", PART);
    directories
        .<JsonObject>here(request)
        .onSuccess(answer -> taken(dead, answer.getJsonArray("ids")))
        .onFailure(
            cause -> {
              LOG.debug("cluster: instances of {} that wait for a tick", dead, cause);
              end();
            });
  }

  private void taken(String dead, JsonArray ids) {
    if (ids.isEmpty()) {
      done.add(dead);
      end();
      return;
    }
    List<String> taken = ids.stream().map(String.class::cast).toList();
    LOG.info("cluster: {} instances of {} wait for a tick and are here now", taken.size(), dead);
    taken.forEach(instance -> routes.lead(instance, peers.ownId()));
    take(dead, taken.stream().max(String::compareTo).orElseThrow());
  }

  private void end() {
    waiting.remove();
    running = false;
    next();
  }
}
