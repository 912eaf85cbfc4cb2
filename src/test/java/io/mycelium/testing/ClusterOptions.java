package io.mycelium.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The variables of servers that are one cluster on this machine: {@code MYCELIUM_CLUSTER_…}. */
public final class ClusterOptions {
  private ClusterOptions() {}

  /**
   * One map for each node, on ports of its own.
   *
   * @param url of their PostgreSQL
   */
  public static List<Map<String, String>> of(String url, int nodes) {
    List<Integer> ports = new ArrayList<>();
    while (ports.size() < nodes) {
      int port = FreePorts.two();
      if (ports.stream().allMatch(other -> Math.abs(other - port) > 1)) {
        ports.add(port);
      }
    }
    String members =
        ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    return ports.stream().map(port -> node(url, port, members)).toList();
  }

  /** More may be put into it. */
  private static Map<String, String> node(String url, int port, String members) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("MYCELIUM_JOURNAL_URL", url);
    options.put("MYCELIUM_CLUSTER_ENABLED", "true");
    options.put("MYCELIUM_CLUSTER_HOST", "127.0.0.1");
    options.put("MYCELIUM_CLUSTER_PORT", Integer.toString(port));
    options.put("MYCELIUM_CLUSTER_MEMBERS", members);
    return options;
  }

  /** Puts mutual TLS on the bus. */
  public static void tls(Map<String, String> options, Authority.Pair pair) {
    options.put("MYCELIUM_CLUSTER_TLS_CERTIFICATE", pair.certificate().toString());
    options.put("MYCELIUM_CLUSTER_TLS_KEY", pair.key().toString());
    options.put("MYCELIUM_CLUSTER_TLS_CA", pair.ca().toString());
  }
}
