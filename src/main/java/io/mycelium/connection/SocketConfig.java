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
 * @param messageTimeout from a message's first fragment to its last
 * @param maxUnfinishedBytes of messages of all connections of a node that are not complete; above
 *     it the connections of the oldest are closed
 * @param maxWaitingBytes of all connections of a node that may wait for slow peers; above it the
 *     slowest are disconnected ({@code slow_consumer})
 * @param compression whether sockets that offer permessage-deflate (RFC 7692) get it
 * @param compressionLevel 1 (fast) to 9 (small)
 * @param compressionMinBytes a smaller message stays plain
 * @param compressionMaxBytes a larger one too: it would hold the event loop up
 */
public record SocketConfig(
    Duration pingInterval,
    Duration pingTimeout,
    int maxChannels,
    int maxPendingBytes,
    Duration messageTimeout,
    long maxUnfinishedBytes,
    long maxWaitingBytes,
    boolean compression,
    int compressionLevel,
    int compressionMinBytes,
    int compressionMaxBytes) {

  private static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(30);
  private static final long UNFINISHED = 64L << 20;
  private static final long WAITING = 1L << 30;
  private static final int LEVEL = 3;
  private static final int COMPRESSED_FROM = 256;
  private static final int COMPRESSED_TO = 256 << 10;

  public static final SocketConfig DEFAULT =
      new SocketConfig(
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          100,
          8 << 20,
          MESSAGE_TIMEOUT,
          UNFINISHED,
          WAITING);

  public SocketConfig {
    Expect.range("socket.ping_interval", pingInterval, Duration.ofSeconds(1), Duration.ofHours(1));
    Expect.range("socket.ping_timeout", pingTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    Expect.range("socket.max_channels", maxChannels, 1, 100_000);
    Expect.range("socket.max_pending_bytes", maxPendingBytes, 16 << 10, 1 << 30);
    Duration second = Duration.ofSeconds(1);
    Expect.range("socket.message_timeout", messageTimeout, second, Duration.ofHours(1));
    Expect.range("socket.max_unfinished_bytes", maxUnfinishedBytes, 64 << 10, 1L << 40);
    Expect.range("socket.max_waiting_bytes", maxWaitingBytes, 64 << 10, 1L << 40);
    Expect.range("socket.compression_level", compressionLevel, 1, 9);
    Expect.range("socket.compression_min_bytes", compressionMinBytes, 16, 1 << 20);
    Expect.range(
        "socket.compression_max_bytes", compressionMaxBytes, compressionMinBytes, 16 << 20);
  }

  /** Without compression. */
  public SocketConfig(
      Duration pingInterval,
      Duration pingTimeout,
      int maxChannels,
      int maxPendingBytes,
      Duration messageTimeout,
      long maxUnfinishedBytes,
      long maxWaitingBytes) {
    this(
        pingInterval,
        pingTimeout,
        maxChannels,
        maxPendingBytes,
        messageTimeout,
        maxUnfinishedBytes,
        maxWaitingBytes,
        false,
        LEVEL,
        COMPRESSED_FROM,
        COMPRESSED_TO);
  }

  /** The same with compression of messages from {@code minBytes} on. */
  public SocketConfig compressing(int minBytes) {
    return new SocketConfig(
        pingInterval,
        pingTimeout,
        maxChannels,
        maxPendingBytes,
        messageTimeout,
        maxUnfinishedBytes,
        maxWaitingBytes,
        true,
        compressionLevel,
        minBytes,
        compressionMaxBytes);
  }

  /** With the defaults for the rest. */
  public SocketConfig(
      Duration pingInterval, Duration pingTimeout, int maxChannels, int maxPendingBytes) {
    this(
        pingInterval,
        pingTimeout,
        maxChannels,
        maxPendingBytes,
        MESSAGE_TIMEOUT,
        UNFINISHED,
        WAITING);
  }
}
