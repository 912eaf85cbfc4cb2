package io.mycelium.limits;

import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Rate;

/**
 * How often clients may connect and send; for each limit, 0 means no limit. Messages over a rate
 * are refused ({@code rate_limited}), not delayed.
 *
 * @param maxMessagesPerSecond messages of one connection, of any kind: pushes, joins, heartbeats,
 *     pings; an instance may lower the limit
 * @param messageBurst messages that may come at once
 * @param maxBytesPerSecond bytes of one connection's messages; an instance may lower the limit
 * @param burstBytes bytes that may come at once
 * @param maxJoinsPerSecond joins of one connection
 * @param joinBurst joins that may come at once
 * @param maxUserMessagesPerSecond messages of all connections of one user to this node
 * @param maxInstanceMessagesPerSecond messages of all connections of one instance to this node
 * @param maxUserBytesPerSecond bytes of the messages of all connections of one user to this node
 * @param maxInstanceBytesPerSecond bytes of the messages of all connections of one instance to this
 *     node
 * @param maxHandshakesPerSecond upgrades that one address may request
 * @param handshakeBurst upgrades that may be requested at once
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
    long maxUserBytesPerSecond,
    long maxInstanceBytesPerSecond,
    int maxHandshakesPerSecond,
    int handshakeBurst,
    int maxConnectionsPerAddress,
    int maxConnectionsPerUser) {

  public static final LimitsConfig DEFAULT =
      new LimitsConfig(
          10_000,
          20_000,
          64L << 20,
          128L << 20,
          100,
          1000,
          0,
          0,
          0,
          0,
          500,
          20_000,
          20_000,
          10_000);

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
    Expect.range("limits.max_user_bytes_per_second", maxUserBytesPerSecond, 0, 1L << 40);
    Expect.range("limits.max_instance_bytes_per_second", maxInstanceBytesPerSecond, 0, 1L << 40);
    Expect.range("limits.max_handshakes_per_second", maxHandshakesPerSecond, 0, MOST);
    Expect.range("limits.handshake_burst", handshakeBurst, 1, MOST);
    Expect.range("limits.max_connections_per_address", maxConnectionsPerAddress, 0, MOST);
    Expect.range("limits.max_connections_per_user", maxConnectionsPerUser, 0, MOST);
  }

  boolean countsUsers() {
    return maxUserMessagesPerSecond > 0 || maxUserBytesPerSecond > 0;
  }

  boolean countsInstances() {
    return maxInstanceMessagesPerSecond > 0 || maxInstanceBytesPerSecond > 0;
  }

  /**
   * With a burst of two seconds: many connections share this rate, and each has a burst of its own.
   */
  static Rate shared(long perSecond) {
    return Rate.of(perSecond, 2L * perSecond);
  }
}
