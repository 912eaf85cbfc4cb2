package io.mycelium.web.socket;

import java.util.Arrays;
import java.util.List;

/** Bytes in pieces: with {@link FrameReader} before Netty's decoder all is as without. */
public final class FrameReaderFuzz {
  private FrameReaderFuzz() {}

  /**
   * The first byte says how long the pieces are. Zeros follow, since the decoder sees what is wrong
   * with the first two bytes of a header that is cut, and the reader at its end.
   */
  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length > 1) {
      byte[] stream = Arrays.copyOfRange(data, 1, data.length + 16);
      int piece = data[0] & 0xff;
      FrameReaderTest.assertSame(stream, piece == 0 ? List.of() : List.of(piece, 1, 7));
    }
  }
}
