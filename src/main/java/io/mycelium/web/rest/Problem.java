package io.mycelium.web.rest;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A problem document (RFC 9457).
 *
 * @param code the kind of problem
 * @param status HTTP status of {@code code}, except for statuses without their own code
 * @param detail what went wrong with this request
 * @param instance URI of this one, under which the log has it
 * @param errors each wrong value
 */
record Problem(ErrorCode code, int status, String detail, String instance, List<Violation> errors) {
  static final String MEDIA_TYPE = "application/problem+json";
  static final String TYPE_PREFIX = "/problems/";

  static Problem of(ErrorCode code, String detail, Violation... errors) {
    return of(code, code.httpStatus(), detail, List.of(errors));
  }

  static Problem of(ErrorCode code, int status, String detail, List<Violation> errors) {
    return new Problem(code, status, detail, "urn:uuid:" + UUID.randomUUID(), errors);
  }

  static Problem of(Refusal refusal) {
    if (refusal.field() == null) {
      return of(refusal.code(), refusal.getMessage());
    }
    Violation violation = new Violation(refusal.field(), refusal.value(), refusal.expected());
    return of(refusal.code(), refusal.getMessage(), violation);
  }

  static Problem of(Conflict conflict) {
    Problem problem = of(conflict.refusal());
    return new Problem(problem.code, 409, problem.detail, problem.instance, problem.errors);
  }

  static Problem of(InvalidRequest invalid) {
    ErrorCode code = invalid.code();
    return of(code, code.httpStatus(), invalid.getMessage(), invalid.violations());
  }

  /** The code as words: {@code invalid_config} becomes "Invalid config". */
  static String title(ErrorCode code) {
    String words = code.reason().replace('_', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("type", TYPE_PREFIX + code.reason())
            .put("title", title(code))
            .put("status", status)
            .put("detail", detail)
            .put("instance", instance)
            .put("code", code.reason());
    if (!errors.isEmpty()) {
      JsonArray array = new JsonArray();
      errors.forEach(error -> array.add(error.toJson()));
      json.put("errors", array);
    }
    return json;
  }
}
