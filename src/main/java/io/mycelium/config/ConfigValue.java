package io.mycelium.config;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts one value of a file or variable to an option's type. Failures say only what was
 * expected.
 */
final class ConfigValue {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

  private static final Map<String, Duration> TIME_UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final Map<String, Long> BYTE_UNITS =
      Map.of(
          "",
          1L,
          "b",
          1L,
          "kb",
          1_000L,
          "mb",
          1_000_000L,
          "gb",
          1_000_000_000L,
          "kib",
          1L << 10,
          "mib",
          1L << 20,
          "gib",
          1L << 30);

  /** The value cannot be read; the message is what was expected. */
  static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String expected) {
      super(expected, null, false, false);
    }
  }

  private ConfigValue() {}

  /**
   * @param component name of the record's component; a number whose name contains {@code Bytes} may
   *     have a unit
   * @param raw the value as parsed by YAML, or a variable's text
   */
  static Object read(Class<?> type, String component, Object raw) throws Unreadable {
    String text = String.valueOf(raw).trim();
    if (type == Duration.class) {
      return duration(text);
    }
    if (type == int.class || type == long.class) {
      return number(type, component.contains("Bytes"), text);
    }
    if (type == boolean.class) {
      return bool(text);
    }
    if (raw instanceof String || raw instanceof Number || raw instanceof Boolean) {
      return text;
    }
    throw new Unreadable("a text");
  }

  /** A list, or a variable's text with commas between; the empty text is none. */
  static List<String> texts(Object raw) throws Unreadable {
    if (raw instanceof String text) {
      return Arrays.stream(text.split(",")).map(String::trim).filter(t -> !t.isEmpty()).toList();
    }
    if (raw instanceof JsonArray list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw new Unreadable("a list of texts");
  }

  /** A list of sections, or the same as a variable's JSON text. */
  static List<JsonObject> trees(Object raw) throws Unreadable {
    Object list = raw instanceof String text ? json(text, JsonArray::new) : raw;
    if (list instanceof JsonArray array && array.stream().allMatch(JsonObject.class::isInstance)) {
      return array.stream().map(JsonObject.class::cast).toList();
    }
    throw new Unreadable("a list of sections of options");
  }

  /** A section, or the same as a variable's JSON text. */
  static JsonObject tree(Object raw) throws Unreadable {
    Object value = raw instanceof String text ? json(text, JsonObject::new) : raw;
    if (value instanceof JsonObject tree) {
      return tree;
    }
    throw new Unreadable("a section of options");
  }

  private static Object json(String text, Function<String, Object> reader) throws Unreadable {
    try {
      return reader.apply(text);
    } catch (DecodeException e) {
      throw new Unreadable("JSON");
    }
  }

  private static Duration duration(String text) throws Unreadable {
    Matcher amount = AMOUNT.matcher(text);
    try {
      if (text.equals("0")) {
        return Duration.ZERO;
      }
      if (amount.matches() && TIME_UNITS.containsKey(amount.group(2))) {
        long count = Long.parseLong(amount.group(1));
        return TIME_UNITS.get(amount.group(2)).multipliedBy(count);
      }
      return Duration.parse(text);
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new Unreadable("a duration with its unit, such as 500ms, 25s, 2m, 1h or PT25S");
    }
  }

  private static Object number(Class<?> type, boolean bytes, String text) throws Unreadable {
    String expected =
        bytes ? "a number of bytes, such as 65536, 64KiB, 8MB or 1MiB" : "a whole number";
    try {
      long value = bytes ? bytes(text) : new BigDecimal(text).longValueExact();
      if (type == long.class) {
        return value;
      }
      return Math.toIntExact(value);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new Unreadable(expected);
    }
  }

  private static long bytes(String text) {
    Matcher amount = AMOUNT.matcher(text);
    Long unit = amount.matches() ? BYTE_UNITS.get(amount.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new NumberFormatException(text);
    }
    return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
  }

  private static boolean bool(String text) throws Unreadable {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    throw new Unreadable("true or false");
  }
}
