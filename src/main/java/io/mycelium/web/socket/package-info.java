/**
 * The WebSocket upgrade at {@code /socket/:id} and the two transports behind it.
 *
 * <p>Owns the way from an upgraded socket to a {@link io.mycelium.connection.Connection} and back:
 * {@code NettyTransport} past Vert.x, {@code VertxTransport} on its public API.
 *
 * <p>May import {@code access}, {@code connection} and {@code protocol}.
 */
package io.mycelium.web.socket;
