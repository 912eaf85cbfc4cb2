package io.mycelium.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the frame that nearly all frames are: a whole text message, masked, up to 64 KiB, in one
 * piece. Every other frame goes to Netty's decoder, with what a decoder has to know of those before
 * it: this one stays out of the way from the first fragment of a message to the last, and for good
 * behind a close frame. It begins where a frame does: a client that sends before it has the answer
 * to its upgrade breaks its own connection. On the socket's event loop (RFC 6455 section 5.2).
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int OPCODE = 0x0f;
  private static final int CLOSE = 8;
  private static final int WHOLE_TEXT = 0x81;
  private static final int MASK_BYTES = 4;
  private static final long UNKNOWN = -1;

  /** Where the messages go. */
  interface Texts {
    /** At least that long, for the next message. */
    byte[] buffer(int length);

    /** The first {@code length} bytes are a message, unmasked, whose UTF-8 is not checked. */
    void onText(byte[] buffer, int length);
  }

  private final Texts texts;
  private final int maxMessageBytes;

  /** Bytes still to come of a frame that the decoder reads. */
  private long forDecoder;

  /** The start of a frame whose length is not known yet. */
  private ByteBuf cut = Unpooled.EMPTY_BUFFER;

  private boolean fragmented;

  FrameReader(Texts texts, int maxMessageBytes) {
    this.texts = texts;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in =
        cut.isReadable() ? Unpooled.wrappedBuffer(cut, (ByteBuf) message) : (ByteBuf) message;
    cut = Unpooled.EMPTY_BUFFER;
    try {
      while (in.isReadable()) {
        if (forDecoder > 0) {
          int now = (int) Math.min(forDecoder, in.readableBytes());
          forDecoder -= now;
          context.fireChannelRead(in.readRetainedSlice(now));
        } else if (!readText(in)) {
          long length = leaveToDecoder(in);
          if (length == UNKNOWN) {
            cut = in.readBytes(in.readableBytes());
          } else {
            forDecoder = length;
          }
        }
      }
    } finally {
      in.release();
    }
  }

  private boolean readText(ByteBuf in) {
    int from = in.readerIndex();
    if (fragmented || in.readableBytes() < 2 || in.getUnsignedByte(from) != WHOLE_TEXT) {
      return false;
    }
    int length = in.getUnsignedByte(from + 1) - MASKED;
    int header = 2;
    if (length == 126 && in.readableBytes() >= 4) {
      length = in.getUnsignedShort(from + 2);
      header = 4;
      if (length < 126) {
        return false;
      }
    } else if (length < 0 || length > 125) {
      return false;
    }
    if (length > maxMessageBytes || in.readableBytes() < header + MASK_BYTES + length) {
      return false;
    }
    int mask = in.getInt(from + header);
    byte[] bytes = texts.buffer(length);
    in.getBytes(from + header + MASK_BYTES, bytes, 0, length);
    in.skipBytes(header + MASK_BYTES + length);
    unmask(bytes, length, mask);
    texts.onText(bytes, length);
    return true;
  }

  private static void unmask(byte[] bytes, int length, int mask) {
    long twice = ((long) mask << 32) | (mask & 0xffffffffL);
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      LONGS.set(bytes, i, (long) LONGS.get(bytes, i) ^ twice);
    }
    for (; i < length; i++) {
      bytes[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
    }
  }

  /**
   * Takes note of a frame that is the decoder's.
   *
   * @return its length, header included; endless where the decoder is to read all that comes, which
   *     it refuses or ignores; {@link #UNKNOWN} if less than its header is there
   */
  private long leaveToDecoder(ByteBuf in) {
    int from = in.readerIndex();
    if (in.readableBytes() < 2) {
      return UNKNOWN;
    }
    int first = in.getUnsignedByte(from);
    int second = in.getUnsignedByte(from + 1);
    long length = second & ~MASKED;
    int header = 2 + ((second & MASKED) == 0 ? 0 : MASK_BYTES);
    if (length == 126) {
      if (in.readableBytes() < 4) {
        return UNKNOWN;
      }
      length = in.getUnsignedShort(from + 2);
      header += 2;
    } else if (length == 127) {
      if (in.readableBytes() < 10) {
        return UNKNOWN;
      }
      length = in.getLong(from + 2);
      header += 8;
    }
    int opcode = first & OPCODE;
    if (opcode < CLOSE) {
      fragmented = (first & FIN) == 0;
    }
    boolean last = opcode == CLOSE || length < 0 || length > Integer.MAX_VALUE;
    return last ? Long.MAX_VALUE : header + length;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cut.release();
    cut = Unpooled.EMPTY_BUFFER;
  }
}
