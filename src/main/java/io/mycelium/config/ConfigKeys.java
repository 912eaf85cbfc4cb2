package io.mycelium.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of the options: {@code web.port} in a file, {@code MYCELIUM_WEB_PORT} in the environment.
 */
final class ConfigKeys {
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

  /** Every option, {@code section.key}, in the order of the records. */
  static final List<String> ALL = all();

  private ConfigKeys() {}

  /** {@code maxBodyBytes} to {@code max_body_bytes}. */
  static String snakeCase(String component) {
    return CAPITAL.matcher(component).replaceAll("_$0").toLowerCase(Locale.ROOT);
  }

  static String variable(String key) {
    return "MYCELIUM_" + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** {@code ", did you mean x?"}, or nothing if no name is near. */
  static String suggestion(String unknown, Collection<String> known) {
    Optional<String> nearest =
        known.stream().min((a, b) -> distance(unknown, a) - distance(unknown, b));
    int tolerance = Math.max(2, unknown.length() / 5);
    return nearest
        .filter(name -> distance(unknown, name) <= tolerance)
        .map(name -> ", did you mean " + name + "?")
        .orElse("");
  }

  private static List<String> all() {
    List<String> keys = new ArrayList<>();
    for (RecordComponent section : MyceliumConfig.class.getRecordComponents()) {
      for (RecordComponent option : section.getType().getRecordComponents()) {
        keys.add(snakeCase(section.getName()) + "." + snakeCase(option.getName()));
      }
    }
    return List.copyOf(keys);
  }

  /** Levenshtein's, one row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
