package io.mycelium.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import java.util.Iterator;
import java.util.Set;

/**
 * The entries that a client scrolls to: {@code {before?, after?, limit?}}.
 *
 * @param before asks for the newest entries below this sequence; {@link Long#MAX_VALUE} for the
 *     room's newest
 * @param after asks for the oldest entries above this sequence; -1 if {@code before} applies
 * @param limit maximum number of entries, 1 to 1000
 */
public record HistoryQuery(long before, long after, int limit) {
  private static final int MAX_LIMIT = 1000;
  private static final int DEFAULT_LIMIT = 100;
  private static final Set<String> FIELDS = Set.of("before", "after", "limit");

  /**
   * @throws Refusal ({@code invalid_payload}) that names field and value
   */
  public static HistoryQuery of(Payload payload) {
    JsonNode json = payload.tree();
    if (!json.isObject()) {
      throw Refusal.of(
          ErrorCode.INVALID_PAYLOAD, "payload", json, "an object of before?, after? and limit?");
    }
    Iterator<String> names = json.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw Refusal.of(
            ErrorCode.INVALID_PAYLOAD, name, json.get(name), "no such key; known are " + FIELDS);
      }
    }
    if (json.hasNonNull("before") && json.hasNonNull("after")) {
      throw Refusal.of(ErrorCode.INVALID_PAYLOAD, "after", json.get("after"), "none beside before");
    }
    return new HistoryQuery(
        number(json, "before", Long.MAX_VALUE, 0, Long.MAX_VALUE),
        number(json, "after", -1, 0, Long.MAX_VALUE),
        (int) number(json, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
  }

  private static long number(JsonNode json, String name, long absent, long min, long max) {
    JsonNode value = json.get(name);
    if (value == null || value.isNull()) {
      return absent;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < min
        || value.longValue() > max) {
      throw Refusal.of(
          ErrorCode.INVALID_PAYLOAD, name, value, "a whole number from " + min + " to " + max);
    }
    return value.longValue();
  }

  public boolean isForward() {
    return after >= 0;
  }
}
