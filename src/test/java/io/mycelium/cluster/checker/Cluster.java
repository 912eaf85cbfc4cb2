package io.mycelium.cluster.checker;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.Namespaces;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.ServerProcess.Setting;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three servers on a PostgreSQL of their own, numbered from 0; each in a network namespace if this
 * machine permits it and the caller wants it. The database knows each by its {@code
 * application_name}, {@code node0} and so on.
 */
final class Cluster implements AutoCloseable {
  static final int NODES = 3;

  /** Last parts of this machine's addresses: the clients' and the database's. */
  private static final int CLIENTS = 254;

  private static final int DATABASE = 253;

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int BUS = 14_402;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final Namespaces network;
  private final Postgres postgres;
  private final String url;
  private final Audit audit;
  private final List<Path> before;
  private final List<Integer> ports = new ArrayList<>();
  private final ServerProcess[] nodes = new ServerProcess[NODES];

  private Cluster(Namespaces network, List<Path> before) {
    this.network = network;
    this.before = before;
    postgres = network == null ? Postgres.start() : Postgres.startAt(network.address(DATABASE));
    url = postgres.newDatabase();
    audit = new Audit(url);
    for (int i = 0; i < NODES; i++) {
      ports.add(network == null ? FreePorts.two() : BUS);
    }
  }

  /**
   * Three nodes that are up.
   *
   * @param before folders of classes that stand in for the server's own
   */
  static Cluster start(boolean inNamespaces, List<Path> before) {
    Namespaces network = inNamespaces ? Namespaces.make("mycc", 119, NODES) : null;
    if (network != null && !network.join(CLIENTS, DATABASE)) {
      network.close();
      network = null;
    }
    Cluster cluster = new Cluster(network, before);
    try {
      // It makes the schema.
      cluster.nodes[0] = cluster.node(0);
      cluster.audit.install();
      CompletableFuture<?> second = CompletableFuture.runAsync(() -> cluster.start(1));
      CompletableFuture.allOf(second, CompletableFuture.runAsync(() -> cluster.start(2))).join();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private void start(int number) {
    nodes[number] = node(number);
  }

  private String host(int number) {
    return network == null ? "127.0.0.1" : network.address(number + 1);
  }

  private ServerProcess node(int number) {
    Map<String, String> environment = new HashMap<>();
    String to = network == null ? url : postgres.fromOutside(url);
    environment.put("MYCELIUM_JOURNAL_URL", to + "&ApplicationName=" + name(number));
    environment.put("MYCELIUM_CLUSTER_ENABLED", "true");
    environment.put("MYCELIUM_CLUSTER_HOST", host(number));
    environment.put("MYCELIUM_CLUSTER_PORT", String.valueOf(ports.get(number)));
    environment.put(
        "MYCELIUM_CLUSTER_MEMBERS",
        IntStream.range(0, NODES)
            .mapToObj(each -> host(each) + ":" + ports.get(each))
            .collect(Collectors.joining(",")));
    environment.put("MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true");
    environment.put("MYCELIUM_OPS_RECONNECT_SPREAD", "200ms");
    List<String> prefix =
        network == null ? List.of() : List.of("ip", "netns", "exec", network.name(number + 1));
    return ServerProcess.start(new Setting(host(number), prefix, before), environment);
  }

  static String name(int number) {
    return "node" + number;
  }

  /** Null where each node has the same interface. */
  Namespaces network() {
    return network;
  }

  Postgres postgres() {
    return postgres;
  }

  Audit audit() {
    return audit;
  }

  ServerProcess server(int number) {
    return nodes[number];
  }

  /** What the node sends to the others is lost, and what they send to it, if so. */
  void cutFromOthers(int number, boolean hears) {
    for (int other = 0; other < NODES; other++) {
      if (other != number) {
        network.lose(number + 1, other + 1);
        if (!hears) {
          network.lose(other + 1, number + 1);
        }
      }
    }
  }

  void healWithOthers(int number, boolean heard) {
    for (int other = 0; other < NODES; other++) {
      if (other != number) {
        network.find(number + 1, other + 1);
        if (!heard) {
          network.find(other + 1, number + 1);
        }
      }
    }
  }

  void cutFromDatabase(int number) {
    network.lose(number + 1, DATABASE);
  }

  void healWithDatabase(int number) {
    network.find(number + 1, DATABASE);
  }

  /** A client's socket to that node; fails within seconds if it does not answer. */
  Future<WebSocket> upgrade(WebSocketClient sockets, int number, String uri) {
    return sockets.connect(
        new WebSocketConnectOptions()
            .setHost(host(number))
            .setPort(nodes[number].port())
            .setURI(uri)
            .setTimeout(3000));
  }

  /** A request to a node, whatever it answers; null if it does not. */
  HttpResponse<String> request(int number, String method, String path, String body) {
    HttpRequest request =
        nodes[number].apiRequest(method, path, body).timeout(Duration.ofSeconds(15)).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks that node for an instance until it is there: a node may be about to join again. */
  void create(int number, JsonObject spec) {
    boolean made =
        Crowd.until(
            PATIENCE,
            () -> {
              HttpResponse<String> answer = request(number, "POST", "/instances", spec.encode());
              return answer != null && (answer.statusCode() < 300 || answer.statusCode() == 409);
            });
    if (!made) {
      throw new AssertionError(name(number) + " made no instance within " + PATIENCE);
    }
  }

  void writeLogs(Path folder) {
    try {
      Files.createDirectories(folder);
      for (int i = 0; i < NODES; i++) {
        if (nodes[i] != null) {
          Files.writeString(folder.resolve(name(i) + ".log"), nodes[i].log());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (ServerProcess node : nodes) {
      if (node != null) {
        node.close();
      }
    }
    audit.close();
    postgres.close();
    if (network != null) {
      network.close();
    }
  }
}
