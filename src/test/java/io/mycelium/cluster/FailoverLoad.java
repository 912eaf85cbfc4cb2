package io.mycelium.cluster;

import io.mycelium.testing.Figures;
import io.mycelium.testing.Namespaces;
import io.mycelium.testing.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How long clients on other nodes wait when the owner of their instances is gone: many instances,
 * of which some have a client each that pushes once a second.
 *
 * <p>{@code mvn -q -Pbench test-compile exec:exec -Dbench.main=io.mycelium.cluster.FailoverLoad
 * -Dbench.args="kill 10000 500"}, or {@code cut} for a machine or network that is lost: needs root.
 * The servers are of the tests' class path; with {@code -Dmycelium.server.class_path} they are of
 * the jar that is deployed, and {@code -Dmycelium.server.flags} are their JVM's.
 */
final class FailoverLoad {
  /** What is on its way when the owner dies is here by then. */
  private static final long ON_ITS_WAY_NANOS = 30_000_000;

  private static final long PERIOD_MS = 1000;

  private static final String FLAGS =
      System.getProperty("mycelium.server.flags", "-Xmx1g -XX:TieredStopAtLevel=4");

  /**
   * What was measured.
   *
   * @param pauses from the owner's end to the next delivery, one for each client, sorted, in ms
   * @param answers to all pushes, by status and reason
   * @param wrong what clients saw that they must not see
   */
  record Result(long[] pauses, int sent, Map<String, Integer> answers, List<String> wrong) {
    long at(double share) {
      return pauses[(int) Math.min(pauses.length - 1, Math.floor(pauses.length * share))];
    }
  }

  private FailoverLoad() {}

  public static void main(String[] args) {
    boolean cut = args[0].equals("cut");
    int rehearsals = args.length > 3 ? Integer.parseInt(args[3]) : 1;
    run(cut, Integer.parseInt(args[1]), Integer.parseInt(args[2]), rehearsals);
    System.exit(0);
  }

  /**
   * @param cut whether the owner's network is cut; else it is killed
   * @param rehearsals how many owners the survivors have outlived before
   * @return null where namespaces are not permitted
   */
  static Result run(boolean cut, int instances, int active, int rehearsals) {
    String url = Servers.newDatabase();
    int count = 3 + rehearsals;
    Namespaces network = cut ? Namespaces.make("mycf", 119, count) : null;
    if (cut && (network == null || !network.reach())) {
      return null;
    }
    try (network;
        Servers servers = cut ? Servers.in(network, url, count) : Servers.onLoopback(url, count)) {
      servers.flags(FLAGS.split(" "));
      return run(servers, network, instances, active, rehearsals);
    }
  }

  private static Result run(
      Servers servers, Namespaces network, int instances, int active, int rehearsals) {
    servers.start();
    try (PushingClients clients = new PushingClients(PERIOD_MS)) {
      long began = System.nanoTime();
      clients.create(servers.node(0), "i", instances, "accumulative");
      Figures.log("%d instances made in %d ms", instances, since(began));
      servers.start();
      servers.start();
      Figures.log("each node has %s addresses in the engine", registrations(servers));
      for (int i = 0; i < rehearsals; i++) {
        rehearse(servers, 3 + i, active);
      }
      return end(servers, 0, network, clients, active);
    }
  }

  /** Survivors that have run for a while have been through a failover; what the first one takes. */
  private static void rehearse(Servers servers, int owner, int active) {
    servers.start();
    try (PushingClients clients = new PushingClients(PERIOD_MS)) {
      clients.create(servers.node(owner), "r" + owner + "-", active, "accumulative");
      Figures.log("rehearsal with %d instances:", active);
      end(servers, owner, null, clients, active);
    }
  }

  /** Of each node that runs, what it has for others to send to. */
  static List<Double> registrations(Servers servers) {
    return IntStream.rangeClosed(0, 2)
        .mapToObj(i -> servers.node(i).meter("mycelium_cluster_registrations"))
        .toList();
  }

  /**
   * Ends a server while some of its instances have a client at the second or third.
   *
   * @param network in which it is cut off; null to kill it
   */
  static Result end(
      Servers servers, int node, Namespaces network, PushingClients clients, int active) {
    join(servers, node, clients, active, List.of(servers.node(1), servers.node(2)));
    String dead = servers.id(node);
    long from = System.nanoTime();
    if (network == null) {
      servers.node(node).kill();
    } else {
      network.cut(node + 1);
    }
    Result result = result(clients, from);
    log(network == null ? "owner killed" : "owner's network cut", servers, dead, result);
    return result;
  }

  /**
   * Kills the first of three servers in the middle of moves to the second; clients are on the
   * third.
   *
   * @param left as many of its instances are still there about then
   */
  static Result endWhileMoving(Servers servers, PushingClients clients, int active, int left) {
    join(servers, 0, clients, active, List.of(servers.node(2)));
    String dead = servers.id(0);
    servers.node(1).request("PUT", "/nodes/" + servers.id(2) + "/drain", null);
    servers.node(1).request("PUT", "/nodes/" + dead + "/drain", null);
    while (servers.ownedBy(dead) > left) {
      LockSupport.parkNanos(2_000_000);
    }
    long from = System.nanoTime();
    servers.node(0).kill();
    Result result = result(clients, from);
    log("owner killed while it was drained", servers, dead, result);
    return result;
  }

  private static void join(
      Servers servers, int owner, PushingClients clients, int active, List<ServerProcess> nodes) {
    List<String> used =
        servers.texts(
            "SELECT id FROM instances WHERE owner = '%s' AND type = 'accumulative'"
                + " ORDER BY md5(id) LIMIT %d",
            servers.id(owner), active);
    clients.join(used, nodes);
    clients.awaitDeliveries();
    clients.awaitDeliveries();
    Figures.log("%d instances have a client; owned by node %s", used.size(), servers.owned());
  }

  private static Result result(PushingClients clients, long from) {
    clients.interrupted(System.nanoTime() + ON_ITS_WAY_NANOS);
    long[] pauses = clients.pauses(from);
    clients.awaitDeliveries();
    return new Result(pauses, clients.sent(), clients.end(), clients.wrong());
  }

  private static void log(String what, Servers servers, String dead, Result result) {
    Figures.log(
        "%s until the next delivery: p50 %d, p90 %d, p99 %d, max %d ms; owned by node %s",
        what,
        result.at(0.5),
        result.at(0.9),
        result.at(0.99),
        result.pauses[result.pauses.length - 1],
        servers.owned());
    Figures.log("answers: %s of %d pushes; wrong: %s", result.answers, result.sent, result.wrong);
    lines(servers, dead).forEach(line -> Figures.log("%s", line));
  }

  /** What the survivors said of it. */
  private static Stream<String> lines(Servers servers, String dead) {
    return Stream.of(1, 2)
        .flatMap(i -> servers.node(i).log().lines().map(line -> "node " + i + ": " + line))
        .filter(line -> line.contains("node " + dead));
  }

  private static long since(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
