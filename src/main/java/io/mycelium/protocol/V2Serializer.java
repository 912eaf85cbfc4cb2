package io.mycelium.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Phoenix's V2 serializer: JSON arrays {@code [join_ref, ref, topic, event, payload]}, and binary
 * frames for binary payloads (source: Phoenix {@code socket/serializers/v2_json_serializer.ex}).
 */
final class V2Serializer implements Serializer {
  private static final byte[] REPLY_OK =
      JsonWriter.constant(",\"phx_reply\",{\"status\":\"ok\",\"response\":");
  private static final byte[] REPLY_ERROR =
      JsonWriter.constant(",\"phx_reply\",{\"status\":\"error\",\"response\":");
  private static final byte[] REPLY_END = JsonWriter.constant("}]");
  private static final byte[] BROADCAST = JsonWriter.constant("[null,null,");
  private static final int PUSH_KIND = 0;
  private static final int BROADCAST_KIND = 2;

  @Override
  public String version() {
    return "2.0.0";
  }

  @Override
  public InboundMessage decodeText(byte[] m, int length) {
    JsonScanner json = new JsonScanner(m, 0, length);
    json.expect('[');
    byte[] joinRef = ref(json, m);
    json.expect(',');
    byte[] ref = ref(json, m);
    json.expect(',');
    byte[] topic = string(json, m, "the topic, a string");
    json.expect(',');
    byte[] event = event(json, m);
    try {
      return new InboundMessage(joinRef, ref, topic, event, payload(json, m));
    } catch (MalformedFrameException e) {
      return InboundMessage.faulty(joinRef, ref, topic, event, e.getMessage());
    }
  }

  /** The fifth element; like Phoenix, ignores further elements, which need only be JSON. */
  private static Payload payload(JsonScanner json, byte[] m) {
    json.expect(',');
    json.peek();
    int from = json.position();
    json.skipValue();
    int to = json.position();
    while (json.skipIf(',')) {
      json.skipValue();
    }
    json.expect(']');
    json.expectEnd();
    return Payload.json(Arrays.copyOfRange(m, from, to));
  }

  /** The JSON text of a reference: string, number or null. */
  static byte[] ref(JsonScanner json, byte[] m) {
    int first = json.peek();
    int from = json.position();
    if (first == '{' || first == '[' || first == 't' || first == 'f') {
      throw json.malformed("a reference: a string, a number or null");
    }
    json.skipValue();
    return Arrays.copyOfRange(m, from, json.position());
  }

  /** The UTF-8 of a string, without quotes and escapes. */
  static byte[] string(JsonScanner json, byte[] m, String expected) {
    if (json.peek() != '"') {
      throw json.malformed(expected);
    }
    int from = json.position();
    boolean escaped = json.skipString();
    return escaped
        ? unescape(m, from, json.position())
        : Arrays.copyOfRange(m, from + 1, json.position() - 1);
  }

  /** Nearly all events are pushes; they share one array. */
  private static byte[] event(JsonScanner json, byte[] m) {
    return json.skipIf(InboundMessage.QUOTED_PUSH)
        ? InboundMessage.PUSH
        : string(json, m, "the event, a string");
  }

  private static byte[] unescape(byte[] m, int from, int to) {
    Payload text = Payload.json(Arrays.copyOfRange(m, from, to));
    return text.tree().textValue().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public InboundMessage decodeBinary(byte[] m, int length) {
    if (length < 5 || m[0] != PUSH_KIND) {
      throw new MalformedFrameException(
          "a binary frame of " + length + " bytes, expected a V2 push: 0, four lengths");
    }
    int joinRef = 5;
    int ref = joinRef + (m[1] & 0xff);
    int topic = ref + (m[2] & 0xff);
    int event = topic + (m[3] & 0xff);
    int data = event + (m[4] & 0xff);
    if (data > length) {
      throw new MalformedFrameException(
          "the lengths of a binary push add up to " + data + ", its frame has " + length);
    }
    return new InboundMessage(
        joinRef == ref ? InboundMessage.NULL : binaryRef(m, joinRef, ref),
        binaryRef(m, ref, topic),
        Arrays.copyOfRange(m, topic, event),
        Arrays.copyOfRange(m, event, data),
        Payload.binary(Arrays.copyOfRange(m, data, length)));
  }

  /** Text that may be empty; the reply then has an empty text too. */
  private static byte[] binaryRef(byte[] m, int from, int to) {
    byte[] text = Arrays.copyOfRange(m, from, to);
    if (!Utf8.isValid(text, text.length)) {
      throw new MalformedFrameException("the reference of a binary push is not UTF-8");
    }
    return JsonWriter.quoted(new String(text, StandardCharsets.UTF_8));
  }

  @Override
  public void reply(
      ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, boolean ok, byte[] response) {
    byte[] status = ok ? REPLY_OK : REPLY_ERROR;
    int length =
        3
            + joinRef.length
            + ref.length
            + topic.quoted().length
            + status.length
            + response.length
            + REPLY_END.length;
    Frames.text(out, length);
    out.writeByte('[').writeBytes(joinRef).writeByte(',').writeBytes(ref).writeByte(',');
    out.writeBytes(topic.quoted()).writeBytes(status).writeBytes(response).writeBytes(REPLY_END);
  }

  @Override
  public void replySeq(ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, long seq) {
    reply(out, joinRef, ref, topic, true, JsonWriter.seqObject(seq));
  }

  @Override
  public void push(
      ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, byte[] quotedEvent, byte[] payload) {
    int length =
        6
            + joinRef.length
            + ref.length
            + topic.quoted().length
            + quotedEvent.length
            + payload.length;
    Frames.text(out, length);
    out.writeByte('[').writeBytes(joinRef).writeByte(',').writeBytes(ref).writeByte(',');
    out.writeBytes(topic.quoted()).writeByte(',').writeBytes(quotedEvent).writeByte(',');
    out.writeBytes(payload).writeByte(']');
  }

  @Override
  public void broadcast(
      ByteBuf out, Topic topic, byte[] quotedEvent, Payload binaryOrNull, JsonParts json) {
    if (binaryOrNull != null) {
      binaryBroadcast(out, topic, quotedEvent, binaryOrNull.bytes());
      return;
    }
    int length = BROADCAST.length + topic.quoted().length + quotedEvent.length + json.length() + 3;
    Frames.text(out, length);
    out.writeBytes(BROADCAST).writeBytes(topic.quoted()).writeByte(',');
    out.writeBytes(quotedEvent).writeByte(',');
    json.writeTo(out);
    out.writeByte(']');
  }

  /**
   * Lengths are one byte each; a room's name has at most 255 bytes of UTF-8, checked when the room
   * is created.
   */
  private static void binaryBroadcast(ByteBuf out, Topic topic, byte[] quotedEvent, byte[] data) {
    int event = quotedEvent.length - 2;
    Frames.binary(out, 3 + topic.utf8().length + event + data.length);
    out.writeByte(BROADCAST_KIND).writeByte(topic.utf8().length).writeByte(event);
    out.writeBytes(topic.utf8()).writeBytes(quotedEvent, 1, event).writeBytes(data);
  }
}
