package io.mycelium.instance;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the keys of one JSON object that a user wrote; refuses wrong values and unknown keys by
 * name.
 */
final class SpecReader {
  private final String path;
  private final JsonObject json;
  private final Set<String> known = new TreeSet<>();

  /**
   * @param path of the object, e.g. {@code config}; empty for the top
   */
  SpecReader(String path, JsonObject json) {
    this.path = path;
    this.json = json;
  }

  int number(String key, int absent, int min, int max) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Number n
        && n.doubleValue() == n.longValue()
        && n.longValue() >= min
        && n.longValue() <= max) {
      return n.intValue();
    }
    throw refuse(key, value, "a whole number from " + min + " to " + max);
  }

  boolean flag(String key, boolean absent) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw refuse(key, value, "true or false");
  }

  String oneOf(String key, String absent, List<String> allowed) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof String text && allowed.contains(text)) {
      return text;
    }
    throw refuse(
        key, value, allowed.size() == 1 ? allowed.get(0) : "one of " + String.join(", ", allowed));
  }

  String text(String key, String absent, String pattern, String expected) {
    Object value = value(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof String text && text.matches(pattern)) {
      return text;
    }
    throw refuse(key, value, expected);
  }

  JsonObject object(String key) {
    Object value = value(key);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    throw refuse(key, value, "an object");
  }

  /** Call it last. */
  void refuseUnknownKeys() {
    for (String key : json.fieldNames()) {
      if (!known.contains(key)) {
        throw refuse(key, json.getValue(key), "no such key; known are " + String.join(", ", known));
      }
    }
  }

  Refusal refuse(String key, Object value, String expected) {
    String field = path.isEmpty() ? key : path + "." + key;
    Object shown = value instanceof String ? "\"" + value + "\"" : value;
    return Refusal.of(ErrorCode.INVALID_CONFIG, field, shown, expected);
  }

  private Object value(String key) {
    known.add(key);
    return json.getValue(key);
  }
}
