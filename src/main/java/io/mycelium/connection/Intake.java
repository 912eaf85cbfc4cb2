package io.mycelium.connection;

import io.mycelium.limits.IntakeLimits;
import io.mycelium.limits.Seat;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.Rate;

/**
 * Compares what one connection sends with its rates. A message over a rate is answered with an
 * error; ten times the rate closes the connection. Keeps five numbers, and takes the time from the
 * hub's turn. On the hub's event loop.
 */
final class Intake {
  private final Hub hub;
  private final Connection connection;
  private final IntakeLimits limits;
  private final Seat seat;

  /** Whether the seat has rates: most have none, and are not touched for a push. */
  private final boolean shares;

  private long messages;
  private long bytes;
  private long joins;
  private long refused;
  private long refusedBytes;

  Intake(Hub hub, Connection connection, IntakeLimits limits, Seat seat) {
    this.hub = hub;
    this.connection = connection;
    this.limits = limits;
    this.seat = seat;
    this.shares = seat.hasRates();
    long now = hub.now();
    messages = now;
    bytes = now;
    joins = now;
    refused = now;
    refusedBytes = now;
  }

  Seat seat() {
    return seat;
  }

  /** Whether a message of that length is within the rates; counts it if so. */
  boolean admits(int length) {
    long now = hub.now();
    long oneMore = limits.messages().after(messages, now, 1);
    long more = limits.bytes().after(bytes, now, length);
    if (oneMore == Rate.OVER || more == Rate.OVER || shares && seat.retryAfterMs(now, length) > 0) {
      return false;
    }
    messages = oneMore;
    bytes = more;
    return true;
  }

  /** Answers a message that was not admitted. */
  void refuse(InboundMessage message, int length) {
    long now = hub.now();
    if (limits.messages().after(messages, now, 1) == Rate.OVER) {
      long wait = limits.messages().retryAfterMs(messages, now, 1);
      refuse(message, length, "more than " + limits.maxMessages() + " messages a second", wait);
    } else if (limits.bytes().after(bytes, now, length) == Rate.OVER) {
      long wait = limits.bytes().retryAfterMs(bytes, now, length);
      refuse(message, length, "more than " + limits.maxBytes() + " bytes a second", wait);
    } else {
      refuse(message, length, seat.overRate(), Math.max(1, seat.retryAfterMs(now, length)));
    }
  }

  /** Whether a join is over the rate; answers the join if so. */
  boolean refusesJoin(InboundMessage join) {
    long now = hub.now();
    long oneMore = limits.joins().after(joins, now, 1);
    if (oneMore == Rate.OVER) {
      long wait = limits.joins().retryAfterMs(joins, now, 1);
      refuse(join, 0, "more than " + limits.maxJoins() + " joins a second", wait);
      return true;
    }
    joins = oneMore;
    return false;
  }

  private void refuse(InboundMessage message, int length, String over, long retryAfterMs) {
    if (goesOn(length)) {
      String text = "this connection sends " + over + ", expected less";
      connection.outbox().rateLimited(connection.joinRef(message), message, text, retryAfterMs);
    }
  }

  /**
   * Counts a frame that needs no reply, such as a ping; false if it is over the rate and must be
   * ignored.
   */
  boolean admitsControl() {
    if (admits(1)) {
      return true;
    }
    goesOn(1);
    return false;
  }

  /** Counts a refused message; false if there were too many, so that the connection is closed. */
  private boolean goesOn(int length) {
    long now = hub.now();
    long oneMore = limits.flood().after(refused, now, 1);
    long more = limits.floodBytes().after(refusedBytes, now, length);
    if (oneMore == Rate.OVER || more == Rate.OVER) {
      connection.close(Disconnect.RATE_LIMITED);
      return false;
    }
    refused = oneMore;
    refusedBytes = more;
    return true;
  }
}
