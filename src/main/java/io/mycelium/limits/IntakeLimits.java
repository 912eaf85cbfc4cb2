package io.mycelium.limits;

import io.mycelium.protocol.Rate;

/**
 * How fast one connection of an instance may send.
 *
 * @param maxMessages a second, for what a refusal says
 * @param maxBytes likewise
 * @param maxJoins likewise
 * @param flood refused messages of a connection that is not closed yet: ten times what is taken
 * @param floodBytes likewise
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

  /** Where messages have no rate: of those that have too many bytes, or are joins. */
  private static final int FEW = 1000;

  /**
   * @param maxMessages what the instance asks for; 0 where it leaves the server's, which it may
   *     only lower
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
