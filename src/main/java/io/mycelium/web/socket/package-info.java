/**
 * The WebSocket upgrade at {@code /socket/:id} and the two transports behind it.
 *
 * <p>Owns the path from an upgraded socket to a {@link io.mycelium.connection.Connection} and back:
 * {@code NettyTransport} bypasses Vert.x, {@code VertxTransport} uses its public API.
 *
 * <p>May import {@code access}, {@code connection} and {@code protocol}.
 */
package io.mycelium.web.socket;
