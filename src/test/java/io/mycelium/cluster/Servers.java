package io.mycelium.cluster;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.Namespaces;
import io.mycelium.testing.Relay;
import io.mycelium.testing.ServerProcess;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Servers of one cluster, which are processes, on a database of their own: on this machine's
 * loopback interface, or each in a network namespace and with a way of its own to the database.
 */
final class Servers implements AutoCloseable {
  private static final int PORT = 14_302;

  private final String url;
  private final List<String> addresses = new ArrayList<>();
  private final Map<String, String> options = new HashMap<>();
  private final List<ServerProcess> nodes = new ArrayList<>();
  private final List<Relay> relays = new ArrayList<>();
  private final Namespaces network;
  private String[] flags = {};

  private Servers(String url, Namespaces network) {
    this.url = url;
    this.network = network;
    options.put("MYCELIUM_CLUSTER_ENABLED", "true");
  }

  /** None is started yet. */
  static Servers onLoopback(String url, int count) {
    Servers servers = new Servers(url, null);
    IntStream.range(0, count).forEach(i -> servers.addresses.add("127.0.0.1:" + FreePorts.two()));
    return servers;
  }

  /**
   * @param network in which {@link Namespaces#reach} has been called
   */
  static Servers in(Namespaces network, String url, int count) {
    Servers servers = new Servers(url, network);
    IntStream.rangeClosed(1, count)
        .forEach(i -> servers.addresses.add(network.address(i) + ":" + PORT));
    return servers;
  }

  Servers with(String option, String value) {
    options.put(option, value);
    return this;
  }

  /** Of the JVMs. */
  Servers flags(String... jvm) {
    flags = jvm;
    return this;
  }

  /** The next one; returns once it is ready. */
  ServerProcess start() {
    String[] address = addresses.get(nodes.size()).split(":");
    Map<String, String> environment = new HashMap<>(options);
    environment.put("MYCELIUM_JOURNAL_URL", url);
    environment.put("MYCELIUM_CLUSTER_HOST", address[0]);
    environment.put("MYCELIUM_CLUSTER_PORT", address[1]);
    environment.put("MYCELIUM_CLUSTER_MEMBERS", String.join(",", addresses));
    ServerProcess node;
    if (network == null) {
      node = ServerProcess.withoutTests(0, List.of(flags), environment);
    } else {
      Relay relay = new Relay(network.outside(), URI.create(url.substring(5)).getPort());
      relays.add(relay);
      environment.put(
          "MYCELIUM_JOURNAL_URL",
          url.replaceFirst("//[^/]*/", "//" + network.outside() + ":" + relay.port() + "/"));
      environment.put("MYCELIUM_WEB_HOST", address[0]);
      environment.put("MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true");
      node = ServerProcess.inNamespace(network.name(nodes.size() + 1), environment, flags);
    }
    nodes.add(node);
    return node;
  }

  ServerProcess node(int index) {
    return nodes.get(index);
  }

  /** The way from that node to the database; only in namespaces. */
  Relay database(int index) {
    return relays.get(index);
  }

  /** The node's id in the store, while it has a lease. */
  String id(int index) {
    String[] address = addresses.get(index).split(":");
    List<String> found =
        texts("SELECT id FROM nodes WHERE host = '%s' AND port = %s", address[0], address[1]);
    return found.isEmpty() ? null : found.get(0);
  }

  /** How many instances each node owns, by its index; the last is nobody's, or of the dead. */
  String owned() {
    return IntStream.range(0, nodes.size())
        .mapToObj(i -> "%d: %s".formatted(i, ownedBy(id(i))))
        .collect(Collectors.joining(", "));
  }

  /** How many instances the store says are that node's. */
  int ownedBy(String id) {
    return Integer.parseInt(texts("SELECT count(*) FROM instances WHERE owner = '%s'", id).get(0));
  }

  /** The first column of what the statement finds. */
  List<String> texts(String select, Object... values) {
    List<String> found = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(select.formatted(values))) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(select, e);
    }
    return found;
  }

  static String newDatabase() {
    return Postgres.shared().newDatabase();
  }

  @Override
  public void close() {
    nodes.forEach(ServerProcess::close);
    relays.forEach(Relay::close);
  }
}
