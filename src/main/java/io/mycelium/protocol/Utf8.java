package io.mycelium.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Checks whether bytes are UTF-8, which RFC 6455 section 8.1 requires of a text message. */
public final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** Whether the first {@code length} bytes are UTF-8. */
  public static boolean isValid(byte[] text, int length) {
    return isAscii(text, length) || decodes(text, length);
  }

  /** Eight bytes at a time: most frames are ASCII, and this runs once for every inbound message. */
  private static boolean isAscii(byte[] text, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if (((long) LONGS.get(text, i) & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (text[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean decodes(byte[] text, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, 0, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
