package io.mycelium.cluster;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node's bus is.
 *
 * @param host name or address; an IPv6 address without its brackets
 */
record NodeAddress(String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([A-Za-z0-9._-]+)):(\\d{1,5})");

  private static final int MAX_PORT = 65_534;

  /** From {@code host:port}; null if it is not such a text. */
  static NodeAddress parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    int port = Integer.parseInt(parts.group(3));
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    return port < 1 || port > MAX_PORT ? null : new NodeAddress(host, port);
  }

  /** The configured ones, before any name is looked up. */
  static List<NodeAddress> named(ClusterConfig config) {
    return config.dns().isEmpty()
        ? config.members().stream().map(NodeAddress::parse).toList()
        : List.of(new NodeAddress(config.dns(), config.port()));
  }

  /** The port of the engine, which keeps the members: the one after the bus's. */
  int enginePort() {
    return port + 1;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
