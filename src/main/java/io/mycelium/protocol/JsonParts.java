package io.mycelium.protocol;

import io.netty.buffer.ByteBuf;

/**
 * JSON text in three parts, which are copied only once, into the outgoing frame. The text around a
 * change is nearly the same in all messages of a room. Any thread; the arrays are shared and read
 * only.
 *
 * @param before text before the value
 * @param value valid JSON
 * @param after text after the value
 */
public record JsonParts(byte[] before, byte[] value, byte[] after) {
  private static final byte[] NOTHING = {};

  /** Text in one piece. */
  public static JsonParts whole(byte[] json) {
    return new JsonParts(NOTHING, json, NOTHING);
  }

  /** Bytes of the whole text. */
  public int length() {
    return before.length + value.length + after.length;
  }

  void writeTo(ByteBuf out) {
    out.writeBytes(before).writeBytes(value).writeBytes(after);
  }

  /** The whole text, in an array of its own unless it is in one piece. */
  public byte[] toBytes() {
    return length() == value.length
        ? value
        : new JsonWriter(length()).raw(before).raw(value).raw(after).toBytes();
  }
}
