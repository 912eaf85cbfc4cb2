package io.mycelium.cluster;

import io.mycelium.bus.Residents;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands all instances of this node over to others, some at a time, until none is here or it is
 * called off. On the cluster's event loop.
 */
final class Evacuation {
  private static final Logger LOG = LoggerFactory.getLogger(Evacuation.class);
  private static final int AT_ONCE = 16;
  private static final long AGAIN_MS = 250;

  private final Vertx vertx;
  private final Residents residents;
  private final Moves moves;
  private final Placement placement;
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private Promise<Void> empty;
  private int running;

  Evacuation(Vertx vertx, Residents residents, Moves moves, Placement placement) {
    this.vertx = vertx;
    this.residents = residents;
    this.moves = moves;
    this.placement = placement;
  }

  boolean isOn() {
    return empty != null;
  }

  /** Done once nothing is here; fails if it is called off. */
  Future<Void> begin() {
    if (empty == null) {
      empty = Promise.promise();
      Promise<Void> begun = empty;
      next();
      return begun.future();
    }
    return empty.future();
  }

  void callOff() {
    Promise<Void> begun = empty;
    empty = null;
    waiting.clear();
    if (begun != null) {
      begun.tryFail("the drain was called off");
    }
  }

  private void next() {
    if (empty == null) {
      return;
    }
    if (waiting.isEmpty() && running == 0) {
      waiting.addAll(residents.ids());
      if (waiting.isEmpty()) {
        empty.tryComplete();
        vertx.setTimer(AGAIN_MS, ignored -> next());
        return;
      }
    }
    while (running < AT_ONCE && !waiting.isEmpty()) {
      String to = placement.another();
      if (to == null) {
        LOG.debug("cluster: no other node takes instances");
        waiting.clear();
        vertx.setTimer(AGAIN_MS, ignored -> next());
        return;
      }
      move(waiting.remove(), to);
    }
  }

  private void move(String instance, String to) {
    running++;
    moves
        .move(instance, to)
        .onComplete(
            done -> {
              running--;
              if (done.succeeded()) {
                next();
              } else {
                LOG.debug("cluster: instance {} is not moved yet", instance, done.cause());
                vertx.setTimer(AGAIN_MS, ignored -> next());
              }
            });
  }
}
