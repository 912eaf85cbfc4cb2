package io.mycelium.deployer;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Why an instance's last generations ended, newest first: a value, and the same empty one for all
 * instances that never had a restart.
 */
record RestartLog(List<Restart> restarts) {
  static final RestartLog EMPTY = new RestartLog(List.of());

  /** Number of items kept for each instance. */
  static final int KEPT = 20;

  private static final int MAX_ERROR = 1000;

  /** The outcome. */
  enum Outcome {
    /** The generation crashed, and a successor took over. */
    RESTARTED,
    /** The instance crashed once too often, or did not start. */
    FAILED,
    /** The restart was requested. */
    REQUESTED;

    String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param at milliseconds since 1970 (UTC)
   * @param generation that ended
   * @param error of a crash; null if the restart was requested
   * @param where the first line of code in the error's stack trace, if there is one
   */
  record Restart(long at, long generation, Outcome outcome, String error, String where) {}

  RestartLog with(long at, long generation, Outcome outcome, Throwable cause) {
    List<Restart> longer = new ArrayList<>(KEPT);
    longer.add(new Restart(at, generation, outcome, error(cause), where(cause)));
    longer.addAll(restarts.subList(0, Math.min(restarts.size(), KEPT - 1)));
    return new RestartLog(List.copyOf(longer));
  }

  private static String error(Throwable cause) {
    String error = cause == null ? null : cause.toString();
    if (error == null || error.length() <= MAX_ERROR) {
      return error;
    }
    boolean pair = Character.isHighSurrogate(error.charAt(MAX_ERROR - 1));
    return error.substring(0, pair ? MAX_ERROR - 1 : MAX_ERROR);
  }

  private static String where(Throwable cause) {
    return cause == null || cause.getStackTrace().length == 0
        ? null
        : cause.getStackTrace()[0].toString();
  }

  /** {@code {items: [{at, generation, outcome, error, where}]}} */
  JsonObject toJson() {
    JsonArray items = new JsonArray();
    for (Restart each : restarts) {
      items.add(
          new JsonObject()
              .put("at", Instant.ofEpochMilli(each.at()).toString())
              .put("generation", each.generation())
              .put("outcome", each.outcome().json())
              .put("error", each.error())
              .put("where", each.where()));
    }
    return new JsonObject().put("items", items);
  }
}
