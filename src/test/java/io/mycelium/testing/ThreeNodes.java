package io.mycelium.testing;

import io.mycelium.journal.jdbc.Postgres;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Three servers, which are processes, on one PostgreSQL: a cluster on this machine. */
public final class ThreeNodes implements AutoCloseable {
  private final List<Integer> ports = List.of(twoFreePorts(), twoFreePorts(), twoFreePorts());
  private final List<ServerProcess> nodes = new ArrayList<>();

  private ThreeNodes(String url, String lease) {
    String members = String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList());
    try {
      for (int port : ports) {
        nodes.add(
            ServerProcess.start(
                Map.of(
                    "MYCELIUM_JOURNAL_URL",
                    url,
                    "MYCELIUM_CLUSTER_ENABLED",
                    "true",
                    "MYCELIUM_CLUSTER_PORT",
                    String.valueOf(port),
                    "MYCELIUM_CLUSTER_MEMBERS",
                    members,
                    "MYCELIUM_CLUSTER_LEASE",
                    lease,
                    // An instance stays where a test has put it.
                    "MYCELIUM_CLUSTER_MOVES_PER_SECOND",
                    "0")));
      }
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  /**
   * On a database of their own.
   *
   * @param lease long enough that nobody loses it only because the machine is busy, such as 6s
   */
  public static ThreeNodes start(String lease) {
    return new ThreeNodes(Postgres.shared().newDatabase(), lease);
  }

  /** The bus's, and the engine's behind it. */
  private static int twoFreePorts() {
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

  public ServerProcess get(int index) {
    return nodes.get(index);
  }

  /** Where the others reach it, which is what the console calls it. */
  public String place(int index) {
    return "127.0.0.1:" + ports.get(index);
  }

  /** Its id in the cluster, as the first one knows it. */
  public String id(int index) {
    return items()
        .filter(node -> node.getInteger("port").equals(ports.get(index)))
        .findFirst()
        .orElseThrow()
        .getString("id");
  }

  /** Moves an instance, unless it is there; returns the answer. */
  public JsonObject move(String instance, int to) {
    String body = new JsonObject().put("node", id(to)).encode();
    return new JsonObject(nodes.get(0).request("POST", "/instances/" + instance + "/move", body));
  }

  private Stream<JsonObject> items() {
    return new JsonObject(nodes.get(0).request("GET", "/nodes", null))
        .getJsonArray("items").stream().map(JsonObject.class::cast);
  }

  @Override
  public void close() {
    nodes.forEach(ServerProcess::close);
  }
}
