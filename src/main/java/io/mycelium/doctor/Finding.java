package io.mycelium.doctor;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * What one check has found.
 *
 * @param check name of what was looked at
 * @param found in one line
 * @param expected what there should be; null where all is well
 * @param advice what to do; null where all is well
 */
public record Finding(Status status, String check, String found, String expected, String advice) {
  private static final String LINE = "%-8s %-16s %s";

  /** How bad it is: with a warning a node works, or would; with a failure it does not. */
  public enum Status {
    OK,
    WARNING,
    FAILED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Finding {
    found = oneLine(found);
  }

  static Finding ok(String check, String found) {
    return new Finding(Status.OK, check, found, null, null);
  }

  static Finding warning(String check, String found, String expected, String advice) {
    return new Finding(Status.WARNING, check, found, expected, advice);
  }

  public static Finding failed(String check, String found, String expected, String advice) {
    return new Finding(Status.FAILED, check, found, expected, advice);
  }

  /** What a driver or a certificate says may have several lines, and whatever in them. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+", " ").strip();
  }

  /** For people. */
  public String line() {
    StringBuilder line = new StringBuilder(LINE.formatted(status, check, found));
    if (expected != null) {
      line.append("; expected ").append(expected);
    }
    if (advice != null) {
      line.append(". To do: ").append(advice);
    }
    return line.toString();
  }

  /** {@code {check, status, found, expected?, advice?}}. */
  public JsonObject json() {
    JsonObject json =
        new JsonObject().put("check", check).put("status", status.toString()).put("found", found);
    if (expected != null) {
      json.put("expected", expected);
    }
    return advice == null ? json : json.put("advice", advice);
  }
}
