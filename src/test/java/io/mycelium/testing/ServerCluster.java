package io.mycelium.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Servers, which are processes, on one PostgreSQL: a cluster on this machine. */
public final class ServerCluster implements AutoCloseable {
  /** Of each node that there may be. */
  private final List<Map<String, String>> options;

  private final List<ServerProcess> nodes = new ArrayList<>();

  private ServerCluster(int size, Map<String, String> settings) {
    options = ClusterOptions.of(Postgres.shared().newDatabase(), size);
    options.forEach(each -> each.putAll(settings));
  }

  /**
   * Three of them, on a database of their own.
   *
   * @param settings of each
   */
  public static ServerCluster start(Map<String, String> settings) {
    return some(3, 3, settings);
  }

  /** Three of which none loses its lease or gives instances away unless a test makes it. */
  public static ServerCluster atRest() {
    return start(
        Map.of(
            // Long enough that nobody loses it only because the machine is busy.
            "MYCELIUM_CLUSTER_LEASE",
            "6s",
            // An instance stays where a test has put it.
            "MYCELIUM_CLUSTER_MOVES_PER_SECOND",
            "0"));
  }

  /**
   * @param size how many there may be
   * @param now how many there are at first
   */
  public static ServerCluster some(int size, int now, Map<String, String> settings) {
    ServerCluster cluster = new ServerCluster(size, settings);
    try {
      for (int i = 0; i < now; i++) {
        cluster.add();
      }
      return cluster;
    } catch (AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** One node more. */
  public void add() {
    nodes.add(ServerProcess.start(options.get(nodes.size())));
  }

  public ServerProcess node(int number) {
    return nodes.get(number);
  }

  /** Where the others reach it, which is what the console calls it. */
  public String place(int number) {
    return "127.0.0.1:" + port(number);
  }

  private String port(int number) {
    return options.get(number).get("MYCELIUM_CLUSTER_PORT");
  }

  /** Its id in the cluster, as the first one knows it. */
  public String id(int number) {
    return json(0, "GET", "/nodes", null).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .filter(node -> node.getInteger("port").toString().equals(port(number)))
        .findFirst()
        .orElseThrow()
        .getString("id");
  }

  /** A socket at that node, joined to a room. */
  public PhoenixSocket socket(int number, String instance, String room) {
    PhoenixSocket socket =
        PhoenixSocket.connect(
            node(number).port(), "/socket/" + instance + "/websocket?vsn=2.0.0&userId=u" + number);
    assertThat(socket.join(room).getString("status")).isEqualTo("ok");
    return socket;
  }

  /** What a request to that node is answered with. */
  public JsonObject json(int number, String method, String path, String body) {
    return new JsonObject(node(number).request(method, path, body));
  }

  /** Makes a chat with that id, by way of that node. */
  public void create(int asked, String id) {
    JsonObject spec = new JsonObject().put("id", id).put("type", "accumulative");
    node(asked).request("POST", "/instances", spec.encode());
  }

  /** Id of the node that an instance is on. */
  public String owner(String instance) {
    return json(0, "GET", "/instances/" + instance, null).getString("node");
  }

  /** Moves an instance to the node with that id, unless it is there; returns the answer. */
  public JsonObject move(int asked, String instance, String to) {
    String body = new JsonObject().put("node", to).encode();
    return json(asked, "POST", "/instances/" + instance + "/move", body);
  }

  @Override
  public void close() {
    nodes.forEach(ServerProcess::close);
  }
}
