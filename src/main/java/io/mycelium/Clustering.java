package io.mycelium;

import io.mycelium.bus.Residents;
import io.mycelium.cluster.ClusterNode;
import io.mycelium.cluster.ClusteredVertx;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.journal.jdbc.StoreLook;
import io.mycelium.ops.Meters;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node in a cluster has in place of what a node alone has. */
final class Clustering {
  private static final Logger log = LoggerFactory.getLogger(Clustering.class);

  private final MyceliumConfig config;
  private final Meters meters;
  private final ClusteredVertx clustered;
  private ClusterNode node;

  Clustering(MyceliumConfig config, Meters meters, ClusteredVertx clustered) {
    this.config = config;
    this.meters = meters;
    this.clustered = clustered;
  }

  /**
   * Looks at the store, which changes nothing, while this node joins: half of what it then takes to
   * open it is that the code of the driver and of the migrations is new to the JVM.
   */
  static void lookAtStore(JournalConfig config) {
    Thread looking =
        new Thread(
            () -> {
              try (StoreLook look = StoreLook.postgresql(config, true)) {
                look.schema();
              } catch (StoreException e) {
                log.debug("the store will say so again when it is opened", e);
              }
            },
            "mycelium-store-look");
    looking.setDaemon(true);
    looking.start();
  }

  /** Blocks. */
  Store openStore(JournalMeters figures) {
    Sharing sharing = new Sharing(config.cluster().renewEvery(), config.gateway().commandTimeout());
    return JdbcStore.open(config.journal(), figures, sharing);
  }

  /** Takes part: from now on this node may own instances. */
  Future<Void> start(Store store) {
    node =
        new ClusterNode(
            config.cluster(),
            store.nodes(),
            clustered,
            this::load,
            NodeVertx::freshId,
            meters.cluster());
    return clustered.vertx().deployVerticle(node).mapEmpty();
  }

  private NodeStore.Load load() {
    return new NodeStore.Load(
        Residents.of(clustered.vertx()).size(), (int) meters.connections(), processors(), false);
  }

  private static double processors() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.min(1, Math.max(0, system.getProcessCpuLoad()))
        : 0;
  }

  /**
   * Hands this node's instances over to the others, before its sockets are closed; in at most half
   * of {@code ops.drain_timeout}, after which what is left is taken over by the others at the end.
   */
  Future<Void> drain() {
    long most = config.ops().drainTimeout().toMillis() / 2;
    return node == null
        ? Future.succeededFuture()
        : node.drain().timeout(Math.max(1, most), TimeUnit.MILLISECONDS);
  }

  boolean isServing() {
    return node != null && node.isServing();
  }
}
