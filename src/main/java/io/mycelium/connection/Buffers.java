package io.mycelium.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that one event loop's sockets share. All sockets share one buffer for momentary use.
 * Buffers that a socket keeps until the turn ends are reused last in, first out, so that they stay
 * in the processor's caches; Netty's own pool reuses the buffer that rested longest.
 */
final class Buffers {
  /**
   * Up to this size, copying a socket's own frames and its room's together is cheaper than two
   * buffers in one write.
   */
  static final int MAX_JOINED_BYTES = 16 << 10;

  /** Nearly all messages are smaller than this. */
  private static final int INBOUND_BYTES = 4096;

  private static final int OWN_BYTES = 256;

  /** A larger buffer is not kept. */
  private static final int MAX_OWN_BYTES = 1024;

  private static final int MAX_SPARE = 256;

  private final byte[] inbound = new byte[INBOUND_BYTES];
  private final List<ByteBuf> spare = new ArrayList<>();
  private final Hub hub;

  /** Null until the first socket that negotiated compression. */
  private Deflation deflation;

  private ByteBuf joined;
  private boolean closed;

  Buffers(Hub hub) {
    this.hub = hub;
  }

  /** Compresses for all sockets that negotiated it. */
  Deflation deflation() {
    if (deflation == null) {
      deflation = new Deflation(hub.config(), hub.meters());
    }
    return deflation;
  }

  /**
   * An array of at least this length to read a message into; the next call may return the same
   * array.
   */
  byte[] inbound(int length) {
    return length <= inbound.length ? inbound : new byte[length];
  }

  /** For the frames of one room in one turn. */
  ByteBuf batch() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(512);
  }

  /** An empty buffer to join the frames of one socket; send them before the next call. */
  ByteBuf joined() {
    if (closed) {
      return Unpooled.buffer();
    }
    if (joined == null) {
      joined = PooledByteBufAllocator.DEFAULT.directBuffer(MAX_JOINED_BYTES);
    }
    return joined.clear();
  }

  /** An empty buffer for the frames of one socket; give it back, or release it like any other. */
  ByteBuf own() {
    int last = spare.size() - 1;
    return last < 0 ? PooledByteBufAllocator.DEFAULT.directBuffer(OWN_BYTES) : spare.remove(last);
  }

  /** Takes over the buffer's only reference. */
  void giveBack(ByteBuf own) {
    if (!closed && spare.size() < MAX_SPARE && own.capacity() <= MAX_OWN_BYTES) {
      spare.add(own.clear());
    } else {
      own.release();
    }
  }

  /** Frees the memory; buffers of later calls are not kept. */
  void close() {
    closed = true;
    if (deflation != null) {
      deflation.close();
    }
    spare.forEach(ByteBuf::release);
    spare.clear();
    ReferenceCountUtil.release(joined);
    joined = null;
  }
}
