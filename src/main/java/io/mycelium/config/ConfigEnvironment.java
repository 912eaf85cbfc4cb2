package io.mycelium.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The options among the environment variables. Variables are matched by the known keys, since keys
 * contain underscores too. A variable that looks like an option but is none is refused, because a
 * typo would otherwise go unnoticed.
 */
final class ConfigEnvironment {
  /**
   * Kubernetes and Docker set such variables for a service called mycelium; they are not options.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "MYCELIUM_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP)_(PROTO|PORT|ADDR)|ENV_.*|NAME)");

  private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private ConfigEnvironment() {}

  /**
   * The options that are set, by key.
   *
   * @throws ConfigException for a variable that looks like an option but names none
   */
  static Map<String, String> options(Map<String, String> environment) {
    Map<String, String> keys = new LinkedHashMap<>();
    ConfigKeys.ALL.forEach(key -> keys.put(ConfigKeys.variable(key), key));
    Map<String, String> options = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          String key = keys.get(name);
          if (name.startsWith("MYCELIUM_") && !isServiceLink(name, value, key != null)) {
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
   * A variable of another program (MYCELIUM_CMD, say) is ignored; a variable that starts like an
   * option, or nearly equals one, is not.
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

  /** An option may be named like a link: {@code MYCELIUM_CLUSTER_NAME}. */
  private static boolean isServiceLink(String name, String value, boolean isOption) {
    return SERVICE_URL.matcher(value).matches()
        || !isOption && SERVICE_LINK.matcher(name).matches();
  }
}
