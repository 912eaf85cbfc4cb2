package io.mycelium.protocol;

import java.util.Arrays;

/**
 * The payload of a {@code push_once}: <code>{"key": "7f3a", "data": ...}</code>.
 *
 * @param key by which the sender repeats the push: 1 to 128 characters, no control characters
 * @param data the payload of an ordinary push; its bytes are unchanged
 */
public record KeyedPayload(String key, Payload data) {
  private static final int MAX_KEY = 128;
  private static final byte[] KEY = JsonWriter.constant("\"key\"");
  private static final byte[] DATA = JsonWriter.constant("\"data\"");

  /**
   * @param payload JSON that was validated before
   * @throws Refusal ({@code invalid_payload}) that names the fault
   */
  public static KeyedPayload read(Payload payload) {
    if (!payload.isObject()) {
      String found = payload.isBinary() ? "binary" : "JSON that is no object";
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD, "payload is " + found + ", expected {key, data}");
    }
    byte[] json = payload.bytes();
    JsonScanner in = new JsonScanner(json, 0, json.length);
    Payload key = null;
    Payload data = null;
    in.expect('{');
    while (in.peek() == '"') {
      byte[] name = value(json, in);
      in.expect(':');
      byte[] value = value(json, in);
      if (Arrays.equals(name, KEY)) {
        key = Payload.json(value);
      } else if (Arrays.equals(name, DATA)) {
        data = Payload.json(value);
      } else {
        throw new Refusal(
            ErrorCode.INVALID_PAYLOAD,
            "payload has the field " + Payload.json(name) + ", expected key and data");
      }
      in.skipIf(',');
    }
    if (data == null) {
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "payload has no data, expected any JSON value");
    }
    return new KeyedPayload(text(key), data);
  }

  private static byte[] value(byte[] json, JsonScanner in) {
    in.peek();
    int from = in.position();
    in.skipValue();
    return Arrays.copyOfRange(json, from, in.position());
  }

  private static String text(Payload key) {
    String text = key == null ? null : key.tree().textValue();
    if (text == null
        || text.isEmpty()
        || text.length() > MAX_KEY
        || text.chars().anyMatch(Character::isISOControl)) {
      throw Refusal.of(
          ErrorCode.INVALID_PAYLOAD,
          "key",
          key,
          "text of 1 to " + MAX_KEY + " characters, no control characters");
    }
    return text;
  }
}
