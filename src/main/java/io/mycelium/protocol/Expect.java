package io.mycelium.protocol;

import java.time.Duration;

/**
 * Checks for the constructors of configuration records; each failure names the field, the value and
 * what was expected.
 */
public final class Expect {
  private Expect() {}

  /**
   * The value, or a {@link Refusal} ({@code invalid_config}) if it is outside the range (both ends
   * included).
   */
  public static int range(String field, int value, int min, int max) {
    return (int) range(field, (long) value, min, max);
  }

  public static long range(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG, field, value, "a number from " + min + " to " + max);
    }
    return value;
  }

  public static Duration range(String field, Duration value, Duration min, Duration max) {
    if (value == null || value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG, field, value, "a duration from " + min + " to " + max);
    }
    return value;
  }

  public static <T> T present(String field, T value, String expected) {
    if (value == null) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, field, null, expected);
    }
    return value;
  }
}
