package io.mycelium.limits;

import io.mycelium.protocol.Rate;

/**
 * How fast one connection of an instance may send.
 *
 * @param maxMessages messages a second, for the text of a refusal
 * @param maxBytes bytes a second, likewise @param maxJoins joins a second, likewise
 * @param flood rate of refused messages above which a connection is closed: ten times the accepted
 *     rate
 * @param floodBytes the same in bytes
 */
public record IntakeLimits(
    long maxMessages,
    long maxBytes,
    long maxJoins,
    Rate messages,
    Rate bytes,
    Rate joins,
    Rate flood,
    Rate floodBytes) {
  private static final int FLOOD = 10;

  /**
   * The rate of refused messages where messages have no rate of their own, but bytes and joins
   * have.
   */
  private static final int FEW = 1000;

  /**
   * @param maxMessages the limit of the instance, which can only lower the server's; 0 for the
   *     server's
   * @param maxBytes likewise
   */
  public static IntakeLimits of(LimitsConfig server, int maxMessages, long maxBytes) {
    long messages = lower(maxMessages, server.maxMessagesPerSecond());
    long bytes = lower(maxBytes, server.maxBytesPerSecond());
    long burst =
        maxMessages == 0 ? server.messageBurst() : Math.min(server.messageBurst(), 2 * messages);
    long burstBytes =
        maxBytes == 0 ? server.burstBytes() : Math.min(server.burstBytes(), 2 * bytes);
    long joins = server.maxJoinsPerSecond();
    return new IntakeLimits(
        messages,
        bytes,
        joins,
        Rate.of(messages, burst),
        Rate.of(bytes, burstBytes),
        Rate.of(joins, server.joinBurst()),
        Rate.of(FLOOD * (messages == 0 ? FEW : messages), FLOOD * burst),
        Rate.of(FLOOD * bytes, FLOOD * burstBytes));
  }

  private static long lower(long instance, long server) {
    return instance == 0 || server == 0 ? Math.max(instance, server) : Math.min(instance, server);
  }
}
