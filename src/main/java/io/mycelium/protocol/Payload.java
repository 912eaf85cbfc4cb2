package io.mycelium.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The payload of one message as it came off the wire: UTF-8 JSON text that was validated once, or
 * the bytes of a V2 binary push. It is never parsed between socket and socket; {@link #tree()} is
 * for logic that reads its fields.
 *
 * <p>The array is shared, not copied: treat the bytes as immutable.
 */
public final class Payload {
  /** Numbers keep every digit that the client sent. */
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  /** Length of what stands around Base64. */
  private static final int BINARY_JSON = "{\"$binary\":\"\"}".length();

  /** The empty JSON object. */
  public static final Payload EMPTY = json("{}");

  /** JSON {@code null}. */
  public static final Payload NULL = json("null");

  private final byte[] bytes;
  private final boolean binary;

  private Payload(byte[] bytes, boolean binary) {
    this.bytes = bytes;
    this.binary = binary;
  }

  /** JSON text in UTF-8, which the caller has validated or made. */
  public static Payload json(byte[] validJson) {
    return new Payload(validJson, false);
  }

  /** JSON text, which the caller has validated or made. */
  public static Payload json(String validJson) {
    return json(validJson.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * JSON text that did not come through a serializer; the same rules apply.
   *
   * @throws Refusal ({@code invalid_payload}) that says where the text is not valid JSON
   */
  public static Payload checked(String json) {
    Payload payload = json(json);
    JsonScanner scanner = new JsonScanner(payload.bytes, 0, payload.bytes.length);
    try {
      scanner.skipValue();
      scanner.expectEnd();
    } catch (MalformedFrameException e) {
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "payload " + e.getMessage());
    }
    return payload;
  }

  public static Payload binary(byte[] bytes) {
    return new Payload(bytes, true);
  }

  /** The JSON of any value that Jackson can write: a record, a map, a {@link JsonNode}. */
  public static Payload of(Object value) {
    try {
      return json(MAPPER.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not writable as JSON: " + value, e);
    }
  }

  public boolean isBinary() {
    return binary;
  }

  /** The shared bytes: UTF-8 JSON, or the binary payload. Read only. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  /**
   * This payload as JSON text: its own text, or <code>{"$binary": "&lt;base64&gt;"}</code> for a
   * binary payload in a JSON state or for a V1 client.
   */
  public byte[] asJson() {
    if (!binary) {
      return bytes;
    }
    String text = "{\"$binary\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Length of {@link #asJson}. */
  public int jsonLength() {
    return binary ? BINARY_JSON + (bytes.length + 2) / 3 * 4 : bytes.length;
  }

  /** Whether this is a JSON object (its text begins with a brace). */
  public boolean isObject() {
    if (binary) {
      return false;
    }
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
        return b == '{';
      }
    }
    return false;
  }

  /**
   * This payload as a tree; each call parses it again.
   *
   * @throws Refusal ({@code invalid_payload}) if it is JSON beyond the parser's limits, such as a
   *     number of 2,000 digits
   */
  public JsonNode tree() {
    try {
      return MAPPER.readTree(asJson());
    } catch (IOException | ArithmeticException | NumberFormatException e) {
      // The latter two of an exponent that no number can have.
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "payload is not readable: " + firstLine(e));
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload p && p.binary == binary && Arrays.equals(p.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return new String(asJson(), StandardCharsets.UTF_8);
  }
}
