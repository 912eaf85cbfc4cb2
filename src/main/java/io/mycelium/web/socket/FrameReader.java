package io.mycelium.web.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the most common frame: a whole text message, masked, up to 64 KiB, in one piece. Every
 * other frame goes to Netty's decoder. The decoder also needs the frames that belong together, so
 * this reader passes everything on from the first fragment of a message to the last, and after a
 * close frame for good. It must start at a frame's first byte: a client that sends before it has
 * the response to its upgrade breaks its own connection. On the socket's event loop (RFC 6455
 * section 5.2).
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

  /** Header sizes, including the mask, of a frame of up to 125 bytes and of one of up to 65,535. */
  private static final int SHORT_HEADER = 2 + MASK_BYTES;

  private static final int LONG_HEADER = 4 + MASK_BYTES;

  /** Smaller parts are passed over: most are there for one turn of the event loop only. */
  private static final int LARGE_PART = 16 << 10;

  /** Receives the messages. */
  interface Texts {
    /** An array of at least this length for the next message. */
    byte[] buffer(int length);

    /**
     * The first {@code length} bytes are a whole message of an allowed size, unmasked, with
     * unchecked UTF-8.
     */
    void onText(byte[] buffer, int length);

    /** A large frame is not complete: so many bytes of it are there; 0 once it is. */
    void onPartOfFrame(long bytes);
  }

  private final Texts texts;
  private final int maxMessageBytes;

  /** Remaining bytes of a frame that the decoder reads. */
  private long forDecoder;

  /** Length of the frame that it reads; 0 if it ignores it. */
  private long wholeFrame;

  /** Whether a part of it was told of. */
  private boolean counted;

  /** Whether the decoder was given any bytes of this read. */
  private boolean decoderReads;

  /** The start of a frame whose length is not known yet. */
  private ByteBuf cut = Unpooled.EMPTY_BUFFER;

  private boolean fragmented;

  /** The current frame: its first byte, and the lengths of its header and its payload. */
  private int first;

  private int header;
  private long length;

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
          decoderReads = true;
          context.fireChannelRead(in.readRetainedSlice(now));
          countPart();
        } else if (!readHeader(in)) {
          cut = in.readBytes(in.readableBytes());
        } else if (isWholeText(in)) {
          readText(in);
        } else {
          leaveToDecoder();
        }
      }
    } finally {
      in.release();
    }
  }

  /** What the decoder keeps of a large frame; of one that it ignores it keeps nothing. */
  private void countPart() {
    if (forDecoder == 0 && counted) {
      counted = false;
      texts.onPartOfFrame(0);
    } else if (forDecoder > 0 && wholeFrame - forDecoder >= LARGE_PART) {
      counted = true;
      texts.onPartOfFrame(wholeFrame - forDecoder);
    }
  }

  /** Handlers that got no bytes need no end-of-read event. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (decoderReads) {
      decoderReads = false;
      context.fireChannelReadComplete();
    }
  }

  /** Reads a header without consuming it; false if only a part of it has arrived. */
  private boolean readHeader(ByteBuf in) {
    int from = in.readerIndex();
    int there = in.readableBytes();
    if (there < 2) {
      return false;
    }
    first = in.getUnsignedByte(from);
    int second = in.getUnsignedByte(from + 1);
    length = second & ~MASKED;
    header = (second & MASKED) == 0 ? 2 : SHORT_HEADER;
    if (length == 126) {
      header += 2;
      length = there < 4 ? 0 : in.getUnsignedShort(from + 2);
      return there >= 4;
    } else if (length == 127) {
      header += 8;
      length = there < 10 ? 0 : in.getLong(from + 2);
      return there >= 10;
    }
    return true;
  }

  /** Whether the frame is masked and the payload's length is in its shortest form. */
  private boolean isWholeText(ByteBuf in) {
    return first == WHOLE_TEXT
        && !fragmented
        && length <= maxMessageBytes
        && header == (length < 126 ? SHORT_HEADER : LONG_HEADER)
        && in.readableBytes() >= header + length;
  }

  private void readText(ByteBuf in) {
    int bytes = (int) length;
    int mask = in.getInt(in.readerIndex() + header - MASK_BYTES);
    in.skipBytes(header);
    byte[] message = texts.buffer(bytes);
    in.readBytes(message, 0, bytes);
    unmask(message, bytes, mask);
    texts.onText(message, bytes);
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
   * The decoder reads all bytes after a frame that it refuses or ignores: a wrong length, a close
   * frame.
   */
  private void leaveToDecoder() {
    int opcode = first & OPCODE;
    if (opcode < CLOSE) {
      fragmented = (first & FIN) == 0;
    }
    boolean last = opcode == CLOSE || length < 0 || length > Integer.MAX_VALUE;
    wholeFrame = last ? 0 : header + length;
    forDecoder = last ? Long.MAX_VALUE : wholeFrame;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    cut.release();
    cut = Unpooled.EMPTY_BUFFER;
  }
}
