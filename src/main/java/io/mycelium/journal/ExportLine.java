package io.mycelium.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import io.mycelium.protocol.Refusal;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes one line of an export. A line has JSON payloads and states byte for byte, binary
 * ones as Base64 in {@code binary}.
 */
public final class ExportLine {
  private static final byte[] ENTRY = JsonWriter.constant("{\"entry\":");
  private static final byte[] SNAPSHOT = JsonWriter.constant("{\"snapshot\":");
  private static final byte[] SEQ = JsonWriter.constant(",\"seq\":");
  private static final byte[] AT = JsonWriter.constant(",\"at\":");
  private static final byte[] TICK_AT = JsonWriter.constant(",\"tickAt\":");
  private static final byte[] EVENT = JsonWriter.constant(",\"event\":");
  private static final byte[] USER = JsonWriter.constant(",\"user\":");
  private static final byte[] KEY = JsonWriter.constant(",\"key\":");
  private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
  private static final byte[] STATE = JsonWriter.constant(",\"state\":");
  private static final byte[] BINARY = JsonWriter.constant(",\"binary\":");

  private final Map<String, Payload> fields;

  private ExportLine(Map<String, Payload> fields) {
    this.fields = fields;
  }

  public static void write(JsonWriter out, String room, Entry entry) {
    out.raw(ENTRY).quote(room).raw(SEQ).number(entry.seq()).raw(AT).number(entry.at());
    out.raw(EVENT).quote(entry.event());
    if (entry.user() != null) {
      out.raw(USER).quote(entry.user());
    }
    if (entry.key() != null) {
      out.raw(KEY).quote(entry.key());
    }
    value(out, PAYLOAD, entry.payload());
    out.raw('}').raw('\n');
  }

  /** A line for a dropped entry whose key is still known. */
  public static void writeKey(JsonWriter out, String room, long seq, String key) {
    out.raw(ENTRY).quote(room).raw(SEQ).number(seq).raw(KEY).quote(key).raw('}').raw('\n');
  }

  public static void write(JsonWriter out, String room, Snapshot snapshot) {
    out.raw(SNAPSHOT).quote(room).raw(SEQ).number(snapshot.seq()).raw(AT).number(snapshot.at());
    out.raw(TICK_AT).number(snapshot.tickAt());
    value(out, STATE, snapshot.state());
    out.raw('}').raw('\n');
  }

  private static void value(JsonWriter out, byte[] name, Payload payload) {
    if (payload.isBinary()) {
      out.raw(BINARY).quote(Base64.getEncoder().encodeToString(payload.bytes()));
    } else {
      out.raw(name).raw(oneLine(payload.bytes()));
    }
  }

  /** JSON allows a line feed between tokens, but not within one. */
  private static byte[] oneLine(byte[] json) {
    byte[] changed = json;
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n') {
        changed = changed == json ? Arrays.copyOf(json, json.length) : changed;
        changed[i] = ' ';
      }
    }
    return changed;
  }

  /**
   * @throws Refusal if it is not a JSON object
   */
  public static ExportLine read(String text) {
    return new ExportLine(RawFields.of(Payload.checked(text)));
  }

  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * @throws Refusal if it has any other field
   */
  public ExportLine only(String... names) {
    for (String name : fields.keySet()) {
      if (!List.of(names).contains(name)) {
        throw refuse(name, "no such field; known are " + String.join(", ", names));
      }
    }
    return this;
  }

  /**
   * A whole number from 0.
   *
   * @throws Refusal if it is not one
   */
  public long number(String name) {
    JsonNode value = tree(name);
    if (value == null
        || !value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < 0) {
      throw refuse(name, "a whole number from 0");
    }
    return value.longValue();
  }

  /**
   * @param pattern that it matches as a whole
   * @throws Refusal if it does not match
   */
  public String text(String name, String pattern) {
    JsonNode value = tree(name);
    if (value == null || !value.isTextual() || !value.textValue().matches(pattern)) {
      throw refuse(name, "text");
    }
    return value.textValue();
  }

  /** The text, or null if it is absent. */
  public String textOrNull(String name) {
    return has(name) ? text(name, "(?s).*") : null;
  }

  /** Likewise. */
  public JsonNode object(String name) {
    JsonNode value = tree(name);
    if (value == null || !value.isObject()) {
      throw refuse(name, "an object");
    }
    return value;
  }

  /** The value with this name, or the Base64 value of {@code binary}. */
  public Payload value(String name) {
    if (!has("binary")) {
      if (!has(name)) {
        throw refuse(name, "a value, or binary in its place");
      }
      return fields.get(name);
    }
    try {
      return Payload.binary(Base64.getDecoder().decode(text("binary", "(?s).*")));
    } catch (IllegalArgumentException e) {
      throw refuse("binary", "Base64");
    }
  }

  private JsonNode tree(String name) {
    Payload value = fields.get(name);
    return value == null ? null : value.tree();
  }

  public Refusal refuse(String name, String expected) {
    Payload value = fields.get(name);
    String shown = value == null ? "absent" : value.toString();
    String cut = shown.length() > 200 ? shown.substring(0, 200) + "..." : shown;
    return Refusal.of(ErrorCode.INVALID_PAYLOAD, name, cut, expected);
  }
}
