package io.mycelium.bus;

import io.mycelium.protocol.Expect;
import java.time.Duration;

/**
 * Limits of inbound commands; a command above a limit is answered {@code overloaded}.
 *
 * @param maxUnackedPerConnection commands of one connection that wait for their reply
 * @param maxUnackedBytesPerConnection bytes of their payloads
 * @param maxUnackedPerInstance commands to one instance that wait for their reply, of all web
 *     verticles of a node
 * @param maxUnackedBytesPerInstance bytes of their payloads
 * @param commandTimeout after which an unanswered command is answered {@code timeout}; the instance
 *     may still apply it
 */
public record GatewayConfig(
    int maxUnackedPerConnection,
    long maxUnackedBytesPerConnection,
    int maxUnackedPerInstance,
    long maxUnackedBytesPerInstance,
    Duration commandTimeout) {

  public static final GatewayConfig DEFAULT =
      new GatewayConfig(1024, 4L << 20, 65_536, 64L << 20, Duration.ofSeconds(10));

  public GatewayConfig {
    Expect.range("gateway.max_unacked_per_connection", maxUnackedPerConnection, 1, 1 << 20);
    Expect.range(
        "gateway.max_unacked_bytes_per_connection", maxUnackedBytesPerConnection, 1024, 1L << 40);
    Expect.range("gateway.max_unacked_per_instance", maxUnackedPerInstance, 1, 1 << 24);
    Expect.range(
        "gateway.max_unacked_bytes_per_instance", maxUnackedBytesPerInstance, 1024, 1L << 40);
    Expect.range(
        "gateway.command_timeout", commandTimeout, Duration.ofMillis(100), Duration.ofHours(1));
  }
}
