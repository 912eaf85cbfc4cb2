package io.mycelium.connection;

/**
 * What one instance allows its connections, the server's limits already applied.
 *
 * @param maxMessageBytes largest message from a client
 * @param pingInterval seconds without a frame after which the peer is pinged
 * @param pingTimeout seconds that it then has to send any frame
 */
public record SocketLimits(int maxMessageBytes, int pingInterval, int pingTimeout) {}
