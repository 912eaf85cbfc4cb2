package io.mycelium.connection;

import io.mycelium.limits.IntakeLimits;
import io.mycelium.limits.LimitsConfig;
import io.vertx.core.json.JsonObject;

/**
 * The limits of one instance's connections, with the server's limits applied.
 *
 * @param maxMessageBytes largest message from a client
 * @param pingInterval seconds without a frame after which the peer is pinged
 * @param pingTimeout seconds within which the peer must then send a frame
 * @param intake how fast a connection may send
 */
public record SocketLimits(
    int maxMessageBytes, int pingInterval, int pingTimeout, IntakeLimits intake) {

  /**
   * @param instance the limits of the instance; 0 for the server's
   * @param maxMessageBytes the server's limit, which an instance may only lower
   */
  static SocketLimits of(
      JsonObject instance, SocketConfig server, int maxMessageBytes, LimitsConfig limits) {
    int bytes = instance.getInteger("max_message_bytes");
    int interval = instance.getInteger("ping_interval");
    int timeout = instance.getInteger("ping_timeout");
    return new SocketLimits(
        bytes == 0 ? maxMessageBytes : Math.min(bytes, maxMessageBytes),
        interval == 0 ? (int) server.pingInterval().toSeconds() : interval,
        timeout == 0 ? (int) server.pingTimeout().toSeconds() : timeout,
        IntakeLimits.of(
            limits,
            instance.getInteger("max_messages_per_second", 0),
            instance.getLong("max_bytes_per_second", 0L)));
  }
}
