package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Some servers, which are processes, on one PostgreSQL; they know each other. */
final class Trio implements AutoCloseable {
  private final String url = Postgres.shared().newDatabase();
  private final List<Integer> ports;
  private final List<ServerProcess> nodes = new ArrayList<>();
  private final Map<String, String> settings;

  private Trio(int size, Map<String, String> settings) {
    this.settings = settings;
    ports = IntStream.range(0, size).mapToObj(n -> twoFreePorts()).toList();
  }

  static Trio start(Map<String, String> settings) {
    Trio trio = new Trio(3, settings);
    for (int i = 0; i < 3; i++) {
      trio.add();
    }
    return trio;
  }

  /**
   * @param size how many there may be
   * @param now how many there are at first
   */
  static Trio some(int size, int now, Map<String, String> settings) {
    Trio trio = new Trio(size, settings);
    for (int i = 0; i < now; i++) {
      trio.add();
    }
    return trio;
  }

  /** One node more. */
  ServerProcess add() {
    String members =
        ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("MYCELIUM_JOURNAL_URL", url);
    environment.put("MYCELIUM_CLUSTER_ENABLED", "true");
    environment.put("MYCELIUM_CLUSTER_HOST", "127.0.0.1");
    environment.put("MYCELIUM_CLUSTER_PORT", String.valueOf(ports.get(nodes.size())));
    environment.put("MYCELIUM_CLUSTER_MEMBERS", members);
    ServerProcess node = ServerProcess.start(environment);
    nodes.add(node);
    return node;
  }

  /** The bus's, and the engine's behind it. */
  static int twoFreePorts() {
    while (true) {
      try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket two =
              new ServerSocket(one.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return two.getLocalPort() - 1;
      } catch (IOException taken) {
        // Another pair.
      }
    }
  }

  ServerProcess node(int number) {
    return nodes.get(number);
  }

  /** A socket at that node, joined to a room. */
  PhoenixSocket socket(int number, String instance, String room) {
    PhoenixSocket socket =
        PhoenixSocket.connect(
            node(number).port(), "/socket/" + instance + "/websocket?vsn=2.0.0&userId=u" + number);
    assertThat(socket.join(room).getString("status")).isEqualTo("ok");
    return socket;
  }

  /** What a request is answered with. */
  JsonObject json(int number, String method, String path, String body) {
    return new JsonObject(node(number).request(method, path, body));
  }

  /** Id of a node in the cluster. */
  String id(int number) {
    JsonArray items = json(number, "GET", "/nodes", null).getJsonArray("items");
    return items.stream()
        .map(JsonObject.class::cast)
        .filter(item -> item.getBoolean("self"))
        .map(item -> item.getString("id"))
        .findFirst()
        .orElseThrow();
  }

  /** The node that an instance is on. */
  String owner(String instance) {
    return json(0, "GET", "/instances/" + instance, null).getString("node");
  }

  /** Moves an instance, asking that node to; returns the answer. */
  JsonObject move(int asked, String instance, String to) {
    return json(
        asked,
        "POST",
        "/instances/" + instance + "/move",
        new JsonObject().put("node", to).encode());
  }

  @Override
  public void close() {
    nodes.forEach(ServerProcess::close);
  }
}
