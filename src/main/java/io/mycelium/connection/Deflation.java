package io.mycelium.connection;

import io.mycelium.protocol.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Compresses frames in place (permessage-deflate, RFC 7692): each message by itself, so that one
 * form serves every socket that negotiated it. One compressor serves all sockets of an event loop.
 * Messages that are small or do not get smaller stay as they are, which the extension allows of
 * each message; so do those that come while the event loop has spent its share of time on this.
 */
final class Deflation {
  /** Of an event loop's time, one part in so many at most goes into compression. */
  private static final int SHARE = 4;

  /** How far compression may be ahead of its share: 50 ms of work at once. */
  private static final long AHEAD_NS = SHARE * 50_000_000L;

  /** A larger buffer for the result is not kept. */
  private static final int KEPT_BYTES = 64 << 10;

  /** A flush ends with an empty block, 00 00 ff ff, that is not sent (RFC 7692 section 7.2.1). */
  private static final int TAIL_BYTES = 4;

  private final SocketConfig config;
  private final ConnectionMeters meters;

  /** Null until the first message: without compression there is none. Some 260 KB, not heap. */
  private Deflater deflater;

  private ByteBuf result;
  private long busyUntil = System.nanoTime();
  private boolean closed;

  Deflation(SocketConfig config, ConnectionMeters meters) {
    this.config = config;
    this.meters = meters;
  }

  /**
   * Compresses the last frame of a buffer, if that is worth it.
   *
   * @param from the frame's first byte; the frame is whole, unmasked, and ends the buffer
   */
  void frame(ByteBuf out, int from) {
    int begin = from + Frames.headerLength(out, from);
    int length = out.writerIndex() - begin;
    if (length < config.compressionMinBytes() || length > config.compressionMaxBytes() || closed) {
      return;
    }
    long began = System.nanoTime();
    if (busyUntil - began > AHEAD_NS) {
      meters.leftPlain();
      return;
    }
    ByteBuf room = room(length);
    int size = deflate(out.internalNioBuffer(begin, length), room.internalNioBuffer(0, length));
    boolean smaller = size < length;
    if (smaller) {
      int first = out.getByte(from);
      out.writerIndex(from);
      Frames.deflated(out, first, size);
      out.writeBytes(room, 0, size);
    }
    if (room != result) {
      room.release();
    }
    long ended = System.nanoTime();
    busyUntil = Math.max(busyUntil, began) + SHARE * (ended - began);
    meters.deflated(length, smaller ? size : length);
  }

  private ByteBuf room(int length) {
    if (length > KEPT_BYTES) {
      return PooledByteBufAllocator.DEFAULT.directBuffer(length);
    }
    if (result == null) {
      result = PooledByteBufAllocator.DEFAULT.directBuffer(KEPT_BYTES);
    }
    return result;
  }

  /** Returns the result's length without its tail; that of the room if it does not fit there. */
  private int deflate(ByteBuffer message, ByteBuffer room) {
    if (deflater == null) {
      deflater = new Deflater(config.compressionLevel(), true);
    }
    deflater.reset();
    deflater.setInput(message);
    int size = deflater.deflate(room, Deflater.SYNC_FLUSH);
    return room.hasRemaining() ? size - TAIL_BYTES : size;
  }

  /** Frees the memory; later messages stay plain. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (deflater != null) {
      deflater.end();
    }
    if (result != null) {
      result.release();
    }
  }
}
