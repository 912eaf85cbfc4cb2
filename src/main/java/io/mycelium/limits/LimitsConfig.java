package io.mycelium.limits;

import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Rate;

/**
 * How fast and how often one client may come; 0 is no limit, for each. What is over a rate is
 * refused ({@code rate_limited}) and not delayed.
 *
 * @param maxMessagesPerSecond of one connection, of every kind: pushes, joins, heartbeats, pings;
 *     an instance may lower it
 * @param messageBurst how many of them at once
 * @param maxBytesPerSecond of one connection's messages; an instance may lower it
 * @param burstBytes how many of them at once
 * @param maxJoinsPerSecond of one connection
 * @param joinBurst how many of them at once
 * @param maxUserMessagesPerSecond of all of a user's connections to this node
 * @param maxInstanceMessagesPerSecond of all of an instance's connections to this node
 * @param maxHandshakesPerSecond upgrades that one address may ask for
 * @param handshakeBurst how many of them at once
 * @param maxConnectionsPerAddress open at once; an IPv6 address counts as its /64 network
 * @param maxConnectionsPerUser open at once
 */
public record LimitsConfig(
    int maxMessagesPerSecond,
    int messageBurst,
    long maxBytesPerSecond,
    long burstBytes,
    int maxJoinsPerSecond,
    int joinBurst,
    int maxUserMessagesPerSecond,
    int maxInstanceMessagesPerSecond,
    int maxHandshakesPerSecond,
    int handshakeBurst,
    int maxConnectionsPerAddress,
    int maxConnectionsPerUser) {

  public static final LimitsConfig DEFAULT =
      new LimitsConfig(
          10_000, 20_000, 64L << 20, 128L << 20, 100, 1000, 0, 0, 500, 20_000, 20_000, 10_000);

  private static final int MOST = 1_000_000_000;

  public LimitsConfig {
    Expect.range("limits.max_messages_per_second", maxMessagesPerSecond, 0, MOST);
    Expect.range("limits.message_burst", messageBurst, 1, MOST);
    Expect.range("limits.max_bytes_per_second", maxBytesPerSecond, 0, 1L << 40);
    Expect.range("limits.burst_bytes", burstBytes, 1024, 1L << 40);
    Expect.range("limits.max_joins_per_second", maxJoinsPerSecond, 0, MOST);
    Expect.range("limits.join_burst", joinBurst, 1, MOST);
    Expect.range("limits.max_user_messages_per_second", maxUserMessagesPerSecond, 0, MOST);
    Expect.range("limits.max_instance_messages_per_second", maxInstanceMessagesPerSecond, 0, MOST);
    Expect.range("limits.max_handshakes_per_second", maxHandshakesPerSecond, 0, MOST);
    Expect.range("limits.handshake_burst", handshakeBurst, 1, MOST);
    Expect.range("limits.max_connections_per_address", maxConnectionsPerAddress, 0, MOST);
    Expect.range("limits.max_connections_per_user", maxConnectionsPerUser, 0, MOST);
  }

  /** Two seconds' worth at once: many connections share it, and each has a burst of its own. */
  static Rate shared(int perSecond) {
    return Rate.of(perSecond, 2L * perSecond);
  }
}
