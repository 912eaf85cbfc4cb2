package io.mycelium.cluster;

import io.mycelium.bus.Codecs;
import io.mycelium.ops.Meters;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Heap of the ways between nodes: an instance's listeners on its owner's node, and its stand-in on
 * another. Argument: instances.
 */
public final class RouteBench {
  private RouteBench() {}

  public static void main(String[] args) {
    int instances = Integer.parseInt(args[0]);
    Vertx vertx = Vertx.vertx();
    Codecs.register(vertx);
    Meters meters = new Meters(Set.of(), Set.of());
    PeerFlow flow =
        new PeerFlow(vertx, ClusterConfig.DEFAULT, "own", Group.of("own"), meters.cluster());
    Listeners listeners = new Listeners(vertx, Group.of("own"), flow);
    Routes routes = new Routes(vertx, Group.of("own"), flow);
    String[] ids = IntStream.range(0, instances).mapToObj(i -> "i" + i).toArray(String[]::new);
    long before = used();
    for (String id : ids) {
      listeners.add(id, Map.of(id + "-0", "node-0"));
    }
    long one = used();
    System.out.printf("listeners on one node: %d bytes an instance%n", (one - before) / instances);
    for (int node = 1; node < 10; node++) {
      for (String id : ids) {
        listeners.add(id, Map.of(id + "-" + node, "node-" + node));
      }
    }
    long ten = used();
    System.out.printf("each further node: %d bytes%n", (ten - one) / 9 / instances);
    for (String id : ids) {
      routes.lead("r" + id, "node-1");
    }
    System.out.printf("a stand-in: %d bytes%n", (used() - ten) / instances);
    System.out.println(listeners.nodes().size() + routes.owners().size() + ids.length);
    System.exit(0);
  }

  private static long used() {
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
