package io.mycelium.web;

import io.mycelium.connection.Connection;
import io.mycelium.connection.Transport;
import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;

/**
 * The same transport on Vert.x's public WebSocket API, chosen with {@code web.transport: vertx}:
 * slower, since every frame takes Vert.x's way out, and bound to nothing internal.
 */
final class VertxTransport implements Transport {
  private static final int OPCODE = 0x0f;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int PING = 9;

  private final ServerWebSocket socket;

  private VertxTransport(ServerWebSocket socket) {
    this.socket = socket;
  }

  static VertxTransport install(ServerWebSocket socket, int maxPendingBytes) {
    socket.setWriteQueueMaxSize(maxPendingBytes);
    return new VertxTransport(socket);
  }

  /** From now on what the peer sends goes to the connection. */
  void start(Connection connection) {
    socket.textMessageHandler(text -> connection.onText(text.getBytes(StandardCharsets.UTF_8)));
    socket.binaryMessageHandler(binary -> connection.onBinary(binary.getBytes()));
    socket.pongHandler(ignored -> connection.seen());
    socket.exceptionHandler(cause -> connection.onClosed("client"));
    socket.closeHandler(ignored -> connection.onClosed("client"));
    if (socket.isClosed()) {
      connection.onClosed("client");
    }
  }

  /** Takes the frames apart again that were put together for the other transport. */
  @Override
  public void write(ByteBuf frames) {
    try {
      while (frames.isReadable()) {
        int opcode = frames.readByte() & OPCODE;
        byte[] content = ByteBufUtil.getBytes(frames.readSlice(length(frames)));
        write(opcode, content);
      }
    } finally {
      frames.release();
    }
  }

  private static int length(ByteBuf frames) {
    int length = frames.readUnsignedByte();
    return switch (length) {
      case 126 -> frames.readUnsignedShort();
      case 127 -> (int) frames.readLong();
      default -> length;
    };
  }

  private void write(int opcode, byte[] content) {
    switch (opcode) {
      case TEXT ->
          socket.writeFrame(
              WebSocketFrame.textFrame(new String(content, StandardCharsets.UTF_8), true));
      case BINARY -> socket.writeFrame(WebSocketFrame.binaryFrame(Buffer.buffer(content), true));
      case PING -> socket.writePing(Buffer.buffer(content));
      default -> socket.writePong(Buffer.buffer(content));
    }
  }

  /** Vert.x flushes by itself. */
  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return !socket.writeQueueFull();
  }

  @Override
  public void close(Disconnect reason) {
    socket.close((short) reason.code(), reason.reason());
  }
}
