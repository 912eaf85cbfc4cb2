package io.mycelium.protocol;

import io.netty.buffer.ByteBuf;

/** Headers of the frames that a server sends: final, unmasked (RFC 6455 section 5.2). */
public final class Frames {
  private static final int FINAL_TEXT = 0x81;
  private static final int FINAL_BINARY = 0x82;
  private static final int FINAL_CLOSE = 0x88;
  private static final int FINAL_PING = 0x89;
  private static final int FINAL_PONG = 0x8a;
  private static final int DEFLATED = 0x40;

  private Frames() {}

  static void text(ByteBuf out, int length) {
    header(out, FINAL_TEXT, length);
  }

  static void binary(ByteBuf out, int length) {
    header(out, FINAL_BINARY, length);
  }

  public static void ping(ByteBuf out) {
    header(out, FINAL_PING, 0);
  }

  /** The answer to a ping carries the ping's data (RFC 6455 section 5.5.3). */
  public static void pong(ByteBuf out, ByteBuf data) {
    header(out, FINAL_PONG, data.readableBytes());
    out.writeBytes(data, data.readerIndex(), data.readableBytes());
  }

  public static void close(ByteBuf out, int code, String asciiReason) {
    header(out, FINAL_CLOSE, 2 + asciiReason.length());
    out.writeShort(code);
    out.writeCharSequence(asciiReason, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /**
   * The header of a compressed frame (RFC 7692 section 6).
   *
   * @param first byte of the header that it had before
   */
  public static void deflated(ByteBuf out, int first, int length) {
    header(out, first | DEFLATED, length);
  }

  /** Bytes of the header of the unmasked frame that begins there. */
  public static int headerLength(ByteBuf frames, int from) {
    return switch (frames.getUnsignedByte(from + 1)) {
      case 126 -> 4;
      case 127 -> 10;
      default -> 2;
    };
  }

  private static void header(ByteBuf out, int first, int length) {
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(length);
    } else if (length < 65_536) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }
}
