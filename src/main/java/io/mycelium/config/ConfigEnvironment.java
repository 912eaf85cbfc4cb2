package io.mycelium.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The options among the environment variables. An option's name is found by its known key, since
 * keys contain underscores too; a variable that looks like an option and is none would go unnoticed
 * if it were not refused.
 */
final class ConfigEnvironment {
  /**
   * Kubernetes and Docker set such variables for a service that is called mycelium; they are not
   * ours.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "MYCELIUM_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP)_(PROTO|PORT|ADDR)|ENV_.*|NAME)");

  private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private ConfigEnvironment() {}

  /**
   * The options that are set, by key.
   *
   * @throws ConfigException for a variable that was meant for an option and names none
   */
  static Map<String, String> options(Map<String, String> environment) {
    Map<String, String> keys = new LinkedHashMap<>();
    ConfigKeys.ALL.forEach(key -> keys.put(ConfigKeys.variable(key), key));
    Map<String, String> options = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          String key = keys.get(name);
          if (name.startsWith("MYCELIUM_") && !isServiceLink(name, value)) {
            if (key == null) {
              refuseMistake(name, keys);
            } else {
              options.put(key, value);
            }
          }
        });
    return options;
  }

  /**
   * A variable of another program (MYCELIUM_CMD, say) is let pass; one that begins like ours, or
   * nearly is ours, is not.
   */
  private static void refuseMistake(String name, Map<String, String> keys) {
    String suggestion = ConfigKeys.suggestion(name, List.copyOf(keys.keySet()));
    boolean inSection =
        keys.values().stream()
            .map(
                key ->
                    "MYCELIUM_" + key.substring(0, key.indexOf('.')).toUpperCase(Locale.ROOT) + "_")
            .anyMatch(name::startsWith);
    if (inSection || !suggestion.isEmpty()) {
      throw new ConfigException("environment: " + name + " is not an option" + suggestion);
    }
  }

  private static boolean isServiceLink(String name, String value) {
    return SERVICE_URL.matcher(value).matches() || SERVICE_LINK.matcher(name).matches();
  }
}
