package io.mycelium.web.socket;

import io.mycelium.connection.Connection;
import io.mycelium.connection.Transport;
import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.CorruptedFrameException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;

/**
 * The same transport on Vert.x's public WebSocket API, chosen with {@code web.transport: vertx}:
 * slower, since every frame goes through Vert.x, and independent of internals.
 */
final class VertxTransport implements Transport {
  private static final int OPCODE = 0x0f;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int PING = 9;

  private final ServerWebSocket socket;
  private final int maxMessageBytes;
  private final int maxPendingBytes;
  private boolean largeWaits;

  /** Bytes given to Vert.x, and how many of them have surely left. */
  private long given;

  private long left;

  /** Of the last frame; null before the first. */
  private Future<Void> last;

  /** Whether {@link #left} is brought up to date once some frame has left. */
  private boolean watched;

  /** What has left then. */
  private long upTo;

  private final Handler<AsyncResult<Void>> onLeft = ignored -> hasLeft();

  private Connection connection;
  private Fragments fragments;

  private VertxTransport(ServerWebSocket socket, int maxMessageBytes, int maxPendingBytes) {
    this.socket = socket;
    this.maxMessageBytes = maxMessageBytes;
    this.maxPendingBytes = maxPendingBytes;
  }

  static VertxTransport install(ServerWebSocket socket, int maxMessageBytes, int maxPendingBytes) {
    socket.setWriteQueueMaxSize(maxPendingBytes);
    return new VertxTransport(socket, maxMessageBytes, maxPendingBytes);
  }

  /** From now on the peer's messages go to the connection. */
  void start(Connection reader) {
    connection = reader;
    fragments = new Fragments(reader, maxMessageBytes, null);
    socket.frameHandler(this::onFrame);
    socket.pongHandler(ignored -> reader.seen());
    socket.exceptionHandler(this::onException);
    socket.closeHandler(ignored -> reader.onClosed("client"));
    if (socket.isClosed()) {
      reader.onClosed("client");
    }
  }

  /**
   * Reads messages as bytes: Vert.x's own text messages have lost bytes that are not UTF-8. Vert.x
   * answers pings and closes.
   */
  private void onFrame(WebSocketFrame frame) {
    if (frame.isText() || frame.isBinary()) {
      byte[] content = frame.binaryData().getBytes();
      fragments.begin(content, content.length, frame.isText(), frame.isFinal());
    } else if (frame.isContinuation()) {
      byte[] content = frame.binaryData().getBytes();
      fragments.goOn(content, content.length, frame.isFinal());
    } else {
      connection.seen();
    }
  }

  private void onException(Throwable cause) {
    if (cause instanceof CorruptedFrameException corrupted) {
      connection.close(NettyTransport.violation(corrupted));
    } else {
      connection.onClosed("client");
    }
  }

  /** Splits the frames that were joined for the other transport. */
  @Override
  public void write(ByteBuf frames) {
    given += frames.readableBytes();
    try {
      while (frames.isReadable() && !socket.isClosed()) {
        int opcode = frames.readByte() & OPCODE;
        byte[] content = ByteBufUtil.getBytes(frames.readSlice(length(frames)));
        last = write(opcode, content);
      }
    } finally {
      frames.release();
    }
    watch();
  }

  /** One frame at a time, since to watch each would cost an object for each message. */
  private void watch() {
    if (last != null && !watched) {
      watched = true;
      upTo = given;
      last.onComplete(onLeft);
    }
  }

  private void hasLeft() {
    watched = false;
    left = upTo;
    if (given > upTo) {
      watch();
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

  private Future<Void> write(int opcode, byte[] content) {
    return switch (opcode) {
      case TEXT -> {
        boolean large = content.length > maxPendingBytes / 2 && !largeWaits;
        if (large) {
          largeWaits = true;
          int more = Math.min(content.length, Integer.MAX_VALUE - maxPendingBytes);
          socket.setWriteQueueMaxSize(maxPendingBytes + more);
        }
        Future<Void> sent =
            socket.writeFrame(
                WebSocketFrame.textFrame(new String(content, StandardCharsets.UTF_8), true));
        if (large) {
          sent.onComplete(ignored -> largeHasLeft());
        }
        yield sent;
      }
      case BINARY -> socket.writeFrame(WebSocketFrame.binaryFrame(Buffer.buffer(content), true));
      case PING -> socket.writePing(Buffer.buffer(content));
      default -> socket.writePong(Buffer.buffer(content));
    };
  }

  private void largeHasLeft() {
    largeWaits = false;
    if (!socket.isClosed()) {
      socket.setWriteQueueMaxSize(maxPendingBytes);
    }
  }

  @Override
  public boolean sendsDirectly() {
    return false;
  }

  @Override
  public int send(ByteBuf frames) {
    return 0;
  }

  /** Vert.x flushes by itself. */
  @Override
  public void flush() {}

  @Override
  public long waiting() {
    return socket.isClosed() ? 0 : given - left;
  }

  @Override
  public void whenSent(Runnable task) {
    last.onSuccess(ignored -> task.run());
  }

  /** A socket that the peer just closed would throw; the connection will be notified. */
  @Override
  public boolean isWritable() {
    return socket.isClosed() || !socket.writeQueueFull();
  }

  @Override
  public void close(Disconnect reason, Runnable gone) {
    if (socket.isClosed()) {
      gone.run();
      return;
    }
    socket.closeHandler(ignored -> gone.run());
    socket.close((short) reason.code(), reason.reason());
  }
}
