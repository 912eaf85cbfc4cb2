package io.mycelium;

import io.mycelium.cluster.ClusterIdentity;
import io.mycelium.cluster.ClusteredVertx;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.ops.Meters;
import io.mycelium.ops.WatchedTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Vert.x of a node: one of several in a cluster, or one alone, which loads nothing of a
 * cluster.
 *
 * @param cluster null for a node that is alone
 */
record NodeVertx(Vertx vertx, WatchedTransport transport, ClusteredVertx cluster) {
  private static final Logger log = LoggerFactory.getLogger(NodeVertx.class);

  /** Of the store and of what goes over the bus: changed when nodes of two versions cannot mix. */
  private static final String SCHEMA = "1";

  private static final String BASE_32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int ID_LENGTH = 8;

  /** Joins the cluster where there is one, which blocks for a second or two. */
  static NodeVertx start(MyceliumConfig config, Meters meters) {
    if (!config.cluster().enabled()) {
      WatchedTransport transport = WatchedTransport.of(meters);
      Vertx vertx = Vertx.builder().with(options(config)).withTransport(transport).build();
      return new NodeVertx(vertx, transport, null);
    }
    Clustering.lookAtStore(config.journal());
    WatchedTransport transport = ClusteredVertx.transport(meters, config.cluster());
    ClusteredVertx cluster =
        ClusteredVertx.start(
            config.cluster(),
            new ClusterIdentity(config.cluster().name(), SCHEMA, database(config)),
            freshId(),
            options(config),
            transport,
            meters,
            why -> log.error("this node does not belong to the cluster that it is in: {}", why));
    return new NodeVertx(cluster.vertx(), transport, cluster);
  }

  /** Its name: one database may have several hosts, and each node its own way to it. */
  private static String database(MyceliumConfig config) {
    String place = config.journal().place();
    return place.substring(place.lastIndexOf('/') + 1);
  }

  /** Made anew at each start, so that nothing that is meant for a node before reaches this one. */
  static String freshId() {
    SecureRandom random = new SecureRandom();
    StringBuilder id = new StringBuilder("n");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(BASE_32.charAt(random.nextInt(BASE_32.length())));
    }
    return id.toString();
  }

  /**
   * The web verticles' event loops, one for the cluster, and one for the rest: deployer,
   * management. Nothing is looked up on the class path by way of files: Vert.x copies each into a
   * folder among the temporary files, which a SIGKILL leaves there.
   */
  private static VertxOptions options(MyceliumConfig config) {
    return new VertxOptions()
        .setEventLoopPoolSize(Mycelium.webVerticles(config) + (config.cluster().enabled() ? 2 : 1))
        .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false));
  }
}
