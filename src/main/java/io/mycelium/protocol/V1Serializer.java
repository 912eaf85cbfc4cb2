package io.mycelium.protocol;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Phoenix's V1 serializer: JSON objects {@code {topic, event, payload, ref}}; outbound messages
 * have no join reference (source: Phoenix {@code socket/serializers/v1_json_serializer.ex}).
 */
final class V1Serializer implements Serializer {
  private static final byte[] TOPIC = JsonWriter.constant("{\"topic\":");
  private static final byte[] EVENT = JsonWriter.constant(",\"event\":");
  private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
  private static final byte[] REF = JsonWriter.constant(",\"ref\":");
  private static final byte[] OK =
      JsonWriter.constant(",\"event\":\"phx_reply\",\"payload\":{\"status\":\"ok\",\"response\":");
  private static final byte[] ERROR =
      JsonWriter.constant(
          ",\"event\":\"phx_reply\",\"payload\":{\"status\":\"error\",\"response\":");
  private static final byte[] REPLY_REF = JsonWriter.constant("},\"ref\":");

  @Override
  public String version() {
    return "1.0.0";
  }

  @Override
  public InboundMessage decodeText(byte[] m, int length) {
    byte[] joinRef = InboundMessage.NULL;
    byte[] ref = InboundMessage.NULL;
    byte[] topic = null;
    byte[] event = null;
    byte[] payload = null;
    String fault = null;
    JsonScanner json = new JsonScanner(m, 0, length);
    json.expect('{');
    do {
      String key =
          new String(
              V2Serializer.string(json, m, "a key in quotes"),
              java.nio.charset.StandardCharsets.UTF_8);
      json.expect(':');
      switch (key) {
        case "join_ref" -> joinRef = V2Serializer.ref(json, m);
        case "ref" -> ref = V2Serializer.ref(json, m);
        case "topic" -> topic = V2Serializer.string(json, m, "the topic, a string");
        case "event" -> event = V2Serializer.string(json, m, "the event, a string");
        case "payload" -> {
          json.peek();
          int from = json.position();
          String found = json.skipFaultyValue();
          // A second payload does not mend what the first was.
          fault = fault == null ? found : fault;
          payload = Arrays.copyOfRange(m, from, json.position());
        }
        default -> json.skipValue();
      }
    } while (json.skipIf(','));
    json.expect('}');
    json.expectEnd();
    if (topic == null || event == null) {
      throw new MalformedFrameException("a V1 message needs topic and event");
    }
    if (payload == null) {
      fault = "there is none, expected any JSON value";
    }
    return fault == null
        ? new InboundMessage(joinRef, ref, topic, event, Payload.json(payload))
        : InboundMessage.faulty(joinRef, ref, topic, event, fault);
  }

  @Override
  public InboundMessage decodeBinary(byte[] m, int length) {
    throw new MalformedFrameException(
        "a binary frame, which serializer 1.0.0 does not know; connect with vsn=2.0.0");
  }

  @Override
  public void reply(
      ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, boolean ok, byte[] response) {
    byte[] status = ok ? OK : ERROR;
    Frames.text(
        out,
        TOPIC.length
            + topic.quoted().length
            + status.length
            + response.length
            + REPLY_REF.length
            + ref.length
            + 1);
    out.writeBytes(TOPIC).writeBytes(topic.quoted()).writeBytes(status).writeBytes(response);
    out.writeBytes(REPLY_REF).writeBytes(ref).writeByte('}');
  }

  @Override
  public void replySeq(ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, long seq) {
    reply(out, joinRef, ref, topic, true, JsonWriter.seqObject(seq));
  }

  @Override
  public void push(
      ByteBuf out, byte[] joinRef, byte[] ref, Topic topic, byte[] quotedEvent, byte[] payload) {
    push(out, ref, topic, quotedEvent, JsonParts.whole(payload));
  }

  private static void push(
      ByteBuf out, byte[] ref, Topic topic, byte[] quotedEvent, JsonParts payload) {
    int names = TOPIC.length + EVENT.length + PAYLOAD.length + REF.length + 1;
    Frames.text(
        out, names + topic.quoted().length + quotedEvent.length + payload.length() + ref.length);
    out.writeBytes(TOPIC).writeBytes(topic.quoted()).writeBytes(EVENT).writeBytes(quotedEvent);
    out.writeBytes(PAYLOAD);
    payload.writeTo(out);
    out.writeBytes(REF).writeBytes(ref).writeByte('}');
  }

  /** A binary payload is sent as JSON: V1 has no binary frames. */
  @Override
  public void broadcast(
      ByteBuf out, Topic topic, byte[] quotedEvent, Payload binaryOrNull, JsonParts json) {
    push(out, InboundMessage.NULL, topic, quotedEvent, json);
  }
}
