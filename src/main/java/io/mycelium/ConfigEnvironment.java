package io.mycelium;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The options among the environment variables. An option's name is found by its known key, since keys contain underscores
 * too; any other {@code MYCELIUM_} variable is a mistake that would go unnoticed if it were not refused.
 */
final class ConfigEnvironment {
  /** Kubernetes and Docker set such variables for a service that is called mycelium; they are not ours. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "MYCELIUM_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP)_(PROTO|PORT|ADDR)|ENV_.*|NAME)");

  private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private ConfigEnvironment() {}

  /**
   * The options that are set, by key.
   *
   * @throws ConfigException for a {@code MYCELIUM_} variable that is no option
   */
  static Map<String, String> options(Map<String, String> environment) {
    Map<String, String> keys = new LinkedHashMap<>();
    ConfigKeys.ALL.forEach(key -> keys.put(ConfigKeys.variable(key), key));
    Map<String, String> options = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("MYCELIUM_") && !isServiceLink(name, value)) {
            options.put(known(name, keys), value);
          }
        });
    return options;
  }

  private static String known(String name, Map<String, String> keys) {
    String key = keys.get(name);
    if (key == null) {
      String suggestion = ConfigKeys.suggestion(name, List.copyOf(keys.keySet()));
      throw new ConfigException("environment: " + name + " is not an option" + suggestion);
    }
    return key;
  }

  private static boolean isServiceLink(String name, String value) {
    return SERVICE_URL.matcher(value).matches() || SERVICE_LINK.matcher(name).matches();
  }
}
