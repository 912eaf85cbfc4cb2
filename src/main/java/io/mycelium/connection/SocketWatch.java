package io.mycelium.connection;

import io.mycelium.access.Authenticators;
import io.mycelium.protocol.Disconnect;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/** The checks that a hub makes once a second for all sockets: live peers and valid tokens. */
final class SocketWatch {
  /** How often {@link #advance} is to be called: once a second. */
  static final int PERIOD_MS = 1000;

  private final KeepAlive keepAlive = new KeepAlive();
  private final Authenticators access;
  private final EventLoop eventLoop;
  private final TokenWatch tokens;

  SocketWatch(Authenticators access, EventLoop eventLoop) {
    this.access = access;
    this.eventLoop = eventLoop;
    this.tokens = new TokenWatch(access, System::currentTimeMillis);
  }

  TokenWatch tokens() {
    return tokens;
  }

  /** Seconds since the hub began. */
  int tick() {
    return keepAlive.tick();
  }

  void add(Connection connection) {
    keepAlive.add(connection.liveness());
    tokens.add(connection.credentials());
    // A revocation may come during the upgrade; the transport cannot be closed before it starts.
    if (isRevoked(connection)) {
      eventLoop.execute(() -> connection.close(Disconnect.TOKEN_REVOKED));
    }
  }

  private boolean isRevoked(Connection connection) {
    return access.revocations().hits(connection.credentials().identity());
  }

  void remove(Connection connection) {
    keepAlive.remove(connection.liveness());
    tokens.remove(connection.credentials());
  }

  /** Runs a task on the sockets' event loop after so many milliseconds. */
  void later(int ms, Runnable task) {
    eventLoop.schedule(task, ms, TimeUnit.MILLISECONDS);
  }

  /** See {@link #PERIOD_MS}. */
  void advance() {
    int parts = keepAlive.advance();
    for (int i = 0; i < parts; i++) {
      later(i * PERIOD_MS / parts, keepAlive::checkPart);
    }
    tokens.advance();
  }

  /** Closes the connections whose tokens are revoked; to be called after each revocation. */
  void endRevoked(Iterable<Connection> connections) {
    for (Connection connection : connections) {
      if (isRevoked(connection)) {
        connection.close(Disconnect.TOKEN_REVOKED);
      }
    }
  }
}
