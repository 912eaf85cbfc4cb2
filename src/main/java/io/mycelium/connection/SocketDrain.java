package io.mycelium.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Closes a hub's connections in batches, each with a random time to wait before it reconnects, so
 * that the clients do not all reconnect to the next node at once.
 */
final class SocketDrain {
  private final Vertx vertx;
  private final int batch;
  private final long intervalMs;
  private final long spreadMs;
  private final Promise<Void> done = Promise.promise();

  SocketDrain(Vertx vertx, int batch, long intervalMs, long spreadMs) {
    this.vertx = vertx;
    this.batch = batch;
    this.intervalMs = intervalMs;
    this.spreadMs = spreadMs;
  }

  void start(List<Connection> connections) {
    next(connections.iterator());
  }

  /** Completes once all sockets are gone. */
  Future<Void> future() {
    return done.future();
  }

  private void next(Iterator<Connection> rest) {
    for (int i = 0; i < batch && rest.hasNext(); i++) {
      close(rest.next());
    }
    if (rest.hasNext()) {
      vertx.setTimer(Math.max(1, intervalMs), ignored -> next(rest));
    }
  }

  void close(Connection connection) {
    connection.drain(ThreadLocalRandom.current().nextLong(spreadMs + 1));
  }

  void done() {
    done.tryComplete();
  }
}
