package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;

/**
 * Whether one peer is alive: the time of its last frame, and the pending ping. Times are ticks of
 * {@link KeepAlive}.
 */
class Liveness {
  private static final int NO_PING = -1;

  private final Connection connection;
  private final SocketLimits limits;
  private int pingedAt = NO_PING;

  /** Slot in the timer wheel. */
  int wheelSlot;

  int wheelIndex;

  Liveness(Connection connection, SocketLimits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  int pingInterval() {
    return limits.pingInterval();
  }

  /** Pings an idle peer; returns the seconds until the next check. */
  int checkAlive(int now) {
    if (awaitsPong()) {
      return pingedAt + limits.pingTimeout() - now;
    }
    pingedAt = NO_PING;
    int idle = now - connection.lastSeen();
    if (idle < limits.pingInterval()) {
      return limits.pingInterval() - idle;
    }
    pingedAt = now;
    connection.outbox().ping();
    return Math.min(limits.pingTimeout(), limits.pingInterval());
  }

  boolean awaitsPong() {
    return pingedAt != NO_PING && connection.lastSeen() < pingedAt;
  }

  boolean isSilent(int now) {
    return awaitsPong() && now - pingedAt >= limits.pingTimeout();
  }

  void drop() {
    connection.close(Disconnect.PING_TIMEOUT);
  }
}
