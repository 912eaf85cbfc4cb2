package io.mycelium.web.rest;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;

/** Describes a schema in words, for the {@code expected} of a problem document. */
final class SchemaWords {
  private SchemaWords() {}

  /** E.g. "an integer from 0 to 10000". The schema must not be a reference. */
  static String of(JsonObject schema) {
    if (schema.containsKey("x-expected")) {
      return schema.getString("x-expected");
    }
    if (schema.containsKey("enum")) {
      return oneOf(schema.getJsonArray("enum"));
    }
    if (!(schema.getValue("type") instanceof String type)) {
      return "a JSON value";
    }
    return switch (type) {
      case "integer" -> "an integer" + range(schema, "minimum", "maximum", "");
      case "number" -> "a number" + range(schema, "minimum", "maximum", "");
      case "string" -> "a string" + range(schema, "minLength", "maxLength", " characters");
      case "boolean" -> "true or false";
      case "array" -> "an array";
      default -> "an object";
    };
  }

  /** What was expected instead of a key that the schema does not know. */
  static String keysOf(JsonObject schema) {
    return "one of the keys " + String.join(", ", schema.getJsonObject("properties").fieldNames());
  }

  private static String oneOf(JsonArray values) {
    String list = values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return values.size() == 1 ? list : "one of " + list;
  }

  private static String range(JsonObject schema, String minKey, String maxKey, String unit) {
    Object min = schema.getValue(minKey);
    Object max = schema.getValue(maxKey);
    if (min == null && max == null) {
      return "";
    }
    if (max == null) {
      return " of at least " + min + unit;
    }
    return min == null ? " of at most " + max + unit : rangeOf(min, max, unit);
  }

  private static String rangeOf(Object min, Object max, String unit) {
    return (unit.isEmpty() ? " from " : " of ") + min + " to " + max + unit;
  }
}
