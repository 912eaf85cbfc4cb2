package io.mycelium.web.socket;

import io.mycelium.connection.ConnectionMeters;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses messages (permessage-deflate, RFC 7692), each by itself, into one array: one
 * decompressor serves all sockets of an event loop. What a message grows to is bounded while it
 * grows.
 */
final class Inflation {
  /** The message is longer than it may be. */
  static final int TOO_LONG = -1;

  /** It is no DEFLATE. */
  static final int BROKEN = -2;

  /** What the sender leaves out (RFC 7692 section 7.2.2). */
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

  private static final int INITIAL_BYTES = 4096;

  /** A larger array is not kept. */
  private static final int KEPT_BYTES = 256 << 10;

  /** Null until the first message. */
  private Inflater inflater;

  private byte[] output = new byte[INITIAL_BYTES];

  private final InflateShare share = new InflateShare();
  private final ConnectionMeters meters;

  Inflation(ConnectionMeters meters) {
    this.meters = meters;
  }

  /** For one more socket. */
  InflateGate gate() {
    return new InflateGate(this, share, meters);
  }

  /**
   * @param most bytes that the message may have
   * @return its length, from the start of {@link #output}; else {@link #TOO_LONG} or {@link
   *     #BROKEN}
   */
  int inflate(byte[] message, int length, int most) {
    if (inflater == null) {
      inflater = new Inflater(true);
    }
    if (output.length > KEPT_BYTES) {
      output = new byte[INITIAL_BYTES];
    }
    inflater.reset();
    inflater.setInput(message, 0, length);
    try {
      int size = fill(0, most);
      if (size < 0 || inflater.finished()) {
        return size < 0 || isEnd(message, length) ? size : BROKEN;
      }
      inflater.setInput(TAIL);
      return fill(size, most);
    } catch (DataFormatException e) {
      return BROKEN;
    }
  }

  /** Decompresses until the input is used up, behind the {@code size} bytes that are there. */
  private int fill(int size, int most) throws DataFormatException {
    int filled = size;
    while (true) {
      if (filled == output.length) {
        int larger = (int) Math.min(2L * filled, most + 1L);
        output = Arrays.copyOf(output, Math.max(larger, filled + 1));
      }
      int space = Math.min(output.length, most + 1) - filled;
      int more = inflater.inflate(output, filled, space);
      filled += more;
      if (filled > most) {
        return TOO_LONG;
      }
      if (more < space) {
        return filled;
      }
    }
  }

  /** A sender may end with a last block; then only the header of an empty one may follow. */
  private boolean isEnd(byte[] message, int length) {
    int rest = inflater.getRemaining();
    return rest == 0 || rest == 1 && message[length - 1] == 0;
  }

  /** Where the last message is, until the next. */
  byte[] output() {
    return output;
  }
}
