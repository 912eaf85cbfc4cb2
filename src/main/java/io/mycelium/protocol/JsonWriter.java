package io.mycelium.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds JSON text from parts that are JSON already, in a growing byte array. For one thread. It
 * checks nothing: the caller writes the braces.
 */
public final class JsonWriter {
  private static final byte[] SEQ = constant("{\"seq\":");

  private byte[] bytes;
  private int length;

  public JsonWriter(int capacity) {
    bytes = new byte[capacity];
  }

  /** The constant as bytes; keep it in a static field and pass it to {@link #raw}. */
  public static byte[] constant(String ascii) {
    return ascii.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The string as a JSON string with its quotes, in UTF-8. */
  public static byte[] quoted(String text) {
    JsonWriter writer = new JsonWriter(text.length() + 2);
    writer.quote(text);
    return writer.toBytes();
  }

  /** {@code {"seq": seq}} */
  static byte[] seqObject(long seq) {
    return lastField(SEQ, seq);
  }

  /**
   * The end of an object whose last field is a number: the text before the number, the number, and
   * a brace.
   */
  public static byte[] lastField(byte[] before, long value) {
    JsonWriter writer = new JsonWriter(before.length + digits(value) + 1);
    return writer.raw(before).number(value).raw('}').toBytes();
  }

  /** How many bytes {@link #quote} writes. */
  public static int quotedLength(String text) {
    int n = text.length();
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') {
        return JsonStringEncoder.getInstance().quoteAsUTF8(text).length + 2;
      }
    }
    return n + 2;
  }

  public JsonWriter raw(byte[] part) {
    ensure(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
    return this;
  }

  public JsonWriter raw(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  public JsonWriter quote(String text) {
    int n = text.length();
    ensure(n + 2);
    int p = length;
    bytes[p++] = '"';
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') {
        return quoteSlowly(text);
      }
      bytes[p++] = (byte) c;
    }
    bytes[p++] = '"';
    length = p;
    return this;
  }

  private JsonWriter quoteSlowly(String text) {
    return raw('"').raw(JsonStringEncoder.getInstance().quoteAsUTF8(text)).raw('"');
  }

  /** The whole number in decimal; it is not negative. */
  public JsonWriter number(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("value is " + value + ", expected a number from 0");
    }
    int digits = digits(value);
    ensure(digits);
    int p = length + digits;
    long rest = value;
    do {
      bytes[--p] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    length += digits;
    return this;
  }

  /** How many bytes {@link #number} writes. */
  public static int digits(long value) {
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  public int length() {
    return length;
  }

  public byte[] toBytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
