package io.mycelium.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Iterator;
import java.util.List;

/**
 * Closes a hub's connections in batches, so that their clients do not all come back to the next
 * node at once.
 */
final class Drain {
  private final Vertx vertx;
  private final int batch;
  private final long intervalMs;
  private final Promise<Void> done = Promise.promise();

  Drain(Vertx vertx, int batch, long intervalMs) {
    this.vertx = vertx;
    this.batch = batch;
    this.intervalMs = intervalMs;
  }

  /** Completes once all are closed. */
  Future<Void> start(List<Connection> connections) {
    if (connections.isEmpty()) {
      done.tryComplete();
    }
    next(connections.iterator());
    return done.future();
  }

  private void next(Iterator<Connection> rest) {
    for (int i = 0; i < batch && rest.hasNext(); i++) {
      rest.next().drain();
    }
    if (rest.hasNext()) {
      vertx.setTimer(Math.max(1, intervalMs), ignored -> next(rest));
    }
  }

  void done() {
    done.tryComplete();
  }
}
