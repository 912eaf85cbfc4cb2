package io.mycelium.cluster;

import io.mycelium.bus.Residents;
import io.mycelium.cluster.placement.Placement;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.function.Predicate;
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
  private final Predicate<String> isUsed;
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private Promise<Void> empty;
  private int running;
  private boolean later;

  /**
   * @param isUsed whether an instance has a link: these go first
   */
  Evacuation(
      Vertx vertx,
      Residents residents,
      Moves moves,
      Placement placement,
      Predicate<String> isUsed) {
    this.vertx = vertx;
    this.residents = residents;
    this.moves = moves;
    this.placement = placement;
    this.isUsed = isUsed;
  }

  boolean isOn() {
    return empty != null;
  }

  /** Done once nothing is here; fails if it is called off. */
  Future<Void> begin() {
    if (empty == null) {
      empty = Promise.promise();
      next();
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
      for (String instance : residents.ids()) {
        if (isUsed.test(instance)) {
          waiting.addFirst(instance);
        } else {
          waiting.addLast(instance);
        }
      }
      if (waiting.isEmpty()) {
        empty.tryComplete();
        nextLater();
        return;
      }
    }
    while (running < AT_ONCE && !waiting.isEmpty()) {
      String to = placement.another();
      if (to == null) {
        LOG.debug("cluster: no other node takes instances");
        waiting.clear();
        nextLater();
        return;
      }
      move(waiting.remove(), to);
    }
  }

  /** What arrives meanwhile goes too, and what failed is tried again. */
  private void nextLater() {
    if (!later) {
      later = true;
      vertx.setTimer(
          AGAIN_MS,
          ignored -> {
            later = false;
            next();
          });
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
                nextLater();
              }
            });
  }
}
