package io.mycelium.web.rest;

import io.vertx.core.json.JsonObject;

/**
 * One wrong value of a request.
 *
 * @param field path of the value, e.g. {@code config.history}
 * @param value the given value, as JSON text or as it was written; null if absent
 * @param expected the values that are accepted, in words
 */
record Violation(String field, String value, String expected) {
  private static final int SHOWN = 100;

  Violation {
    if (value != null && value.length() > SHOWN) {
      int end = Character.isHighSurrogate(value.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
      value = value.substring(0, end) + "...";
    }
  }

  String sentence() {
    return field + " is " + (value == null ? "missing" : value) + ", expected " + expected;
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("field", field);
    if (value != null) {
      json.put("value", value);
    }
    return json.put("expected", expected);
  }
}
