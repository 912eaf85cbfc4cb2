package io.mycelium.connection;

import io.mycelium.protocol.Expect;
import java.time.Duration;

/**
 * Limits of one connection.
 *
 * @param pingInterval idle time after which the server pings the peer; an instance may override it
 * @param pingTimeout time without any frame after that ping until the connection is dropped; an
 *     instance may override it
 * @param maxChannels rooms that one connection may be joined to
 * @param maxPendingBytes bytes that may wait for a slow peer before it is disconnected ({@code
 *     slow_consumer})
 */
public record SocketConfig(
    Duration pingInterval, Duration pingTimeout, int maxChannels, int maxPendingBytes) {

  public static final SocketConfig DEFAULT =
      new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 100, 8 << 20);

  public SocketConfig {
    Expect.range("socket.ping_interval", pingInterval, Duration.ofSeconds(1), Duration.ofHours(1));
    Expect.range("socket.ping_timeout", pingTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    Expect.range("socket.max_channels", maxChannels, 1, 100_000);
    Expect.range("socket.max_pending_bytes", maxPendingBytes, 16 << 10, 1 << 30);
  }
}
