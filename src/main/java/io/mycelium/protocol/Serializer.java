package io.mycelium.protocol;

import io.netty.buffer.ByteBuf;

/**
 * One version of Phoenix's serializer. Decoding takes the payload of one WebSocket message;
 * encoding appends a whole, unmasked WebSocket frame (RFC 6455 section 5.2) to a buffer, so that
 * frames of many messages share one write.
 *
 * <p>Stateless: one object of each version serves all connections.
 */
public sealed interface Serializer permits V1Serializer, V2Serializer {
  Serializer V1 = new V1Serializer();
  Serializer V2 = new V2Serializer();

  /**
   * The serializer for a {@code vsn} connect parameter; as in Phoenix, an absent parameter means
   * V1.
   *
   * @return null if no serializer has that version
   */
  static Serializer forVersion(String vsn) {
    if (vsn == null || vsn.isEmpty() || vsn.startsWith("1.")) {
      return V1;
    }
    return vsn.startsWith("2.") ? V2 : null;
  }

  /** {@code 1.0.0} or {@code 2.0.0}. */
  String version();

  /**
   * @param message read during the call only
   * @param length of the message, which starts at index 0
   * @throws MalformedFrameException if it is not a message of this serializer
   */
  InboundMessage decodeText(byte[] message, int length);

  /**
   * Decodes a binary message.
   *
   * @throws MalformedFrameException if it is not a binary push, or this serializer has no binary
   *     frames
   */
  InboundMessage decodeBinary(byte[] message, int length);

  /** A {@code phx_reply}; {@code status} is ok or error, {@code response} JSON. */
  void reply(ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, boolean ok, byte[] response);

  /** The reply to a push that became an entry: {@code {"seq": seq}}. */
  void replySeq(ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, long seq);

  /**
   * A message to one channel, such as {@code state}, {@code phx_close}; references are JSON text.
   */
  void push(
      ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, byte[] quotedEvent, byte[] payload);

  /** A message to every channel of a topic. */
  void broadcast(
      ByteBuf out, Topic topic, byte[] quotedEvent, Payload binaryOrNull, JsonParts json);
}
