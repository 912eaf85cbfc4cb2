package io.mycelium.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that one event loop's sockets share. What each needs for a moment only is one for all;
 * what each keeps until the turn ends is used again in the order that leaves it in the processor's
 * caches: the last one given back is the next one taken, where Netty's own pool takes the one that
 * rested longest.
 */
final class Buffers {
  /**
   * Up to here a copy of what is a socket's own and what is its room's is cheaper than two buffers
   * in one write.
   */
  static final int MAX_JOINED_BYTES = 16 << 10;

  /** Nearly all messages are smaller. */
  private static final int INBOUND_BYTES = 4096;

  private static final int OWN_BYTES = 256;

  /** One that grew beyond is not kept. */
  private static final int MAX_OWN_BYTES = 1024;

  private static final int MAX_SPARE = 256;

  private final byte[] inbound = new byte[INBOUND_BYTES];
  private final List<ByteBuf> spare = new ArrayList<>();
  private ByteBuf joined;
  private boolean closed;

  /** At least that long, to read a message into; the next call may give the same. */
  byte[] inbound(int length) {
    return length <= inbound.length ? inbound : new byte[length];
  }

  /** For the frames of one room in one turn. */
  ByteBuf batch() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(512);
  }

  /** Empty, to put the frames of one socket together and send them before the next call. */
  ByteBuf joined() {
    if (closed) {
      return Unpooled.buffer();
    }
    if (joined == null) {
      joined = PooledByteBufAllocator.DEFAULT.directBuffer(MAX_JOINED_BYTES);
    }
    return joined.clear();
  }

  /** Empty, for the frames of one socket; to be given back, or released like any other. */
  ByteBuf own() {
    int last = spare.size() - 1;
    return last < 0 ? PooledByteBufAllocator.DEFAULT.directBuffer(OWN_BYTES) : spare.remove(last);
  }

  /** Takes over the buffer's reference, the only one there is. */
  void giveBack(ByteBuf own) {
    if (!closed && spare.size() < MAX_SPARE && own.capacity() <= MAX_OWN_BYTES) {
      spare.add(own.clear());
    } else {
      own.release();
    }
  }

  /** What is asked for afterwards is not kept. */
  void close() {
    closed = true;
    spare.forEach(ByteBuf::release);
    spare.clear();
    ReferenceCountUtil.release(joined);
    joined = null;
  }
}
