package io.mycelium;

import io.mycelium.cluster.ClusterConfig;
import io.mycelium.cluster.ClusterIdentity;
import io.mycelium.cluster.ClusteredVertx;
import io.mycelium.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What only nodes of a cluster do at their start, done once by a node that is alone: the JVM that
 * writes an AOT cache as it ends then has the classes of the bus, the engine and the driver in it,
 * without a second node and a PostgreSQL. See {@code .ci/aot-cache}.
 */
final class Training {
  /** A number: the first of four free ports. Nobody else sets it. */
  private static final String PORT = "mycelium.training.port";

  private static final Logger log = LoggerFactory.getLogger(Training.class);

  private Training() {}

  /** Does nothing outside of a training run; blocks for seconds. */
  static void run() {
    Integer port = Integer.getInteger(PORT);
    if (port != null) {
      cluster(port);
      driver();
      classes(Training.class, "io/mycelium/");
      classes(Driver.class, "org/postgresql/");
      log.info("training: done");
    }
  }

  /** Two nodes, so that one joins the other. */
  private static void cluster(int port) {
    List<String> members = List.of("127.0.0.1:" + port, "127.0.0.1:" + (port + 2));
    List<Vertx> nodes = new ArrayList<>();
    nodes.add(node(port, members));
    nodes.add(node(port + 2, members));
    Future.all(nodes.stream().map(Vertx::close).toList()).await();
  }

  private static Vertx node(int port, List<String> members) {
    ClusterConfig config = ClusterConfig.local(port, members);
    Meters meters = new Meters(Set.of(), Set.of());
    return ClusteredVertx.start(
            config,
            new ClusterIdentity(config.name(), "training", "training"),
            NodeVertx.freshId(),
            new VertxOptions(),
            ClusteredVertx.transport(meters, config),
            meters,
            why -> log.error("training: {}", why))
        .vertx();
  }

  /** Those of a jar that the rest of the training does not come to, loaded and no more. */
  private static void classes(Class<?> one, String prefix) {
    Path jar =
        Path.of(URI.create(one.getProtectionDomain().getCodeSource().getLocation().toString()));
    if (Files.isDirectory(jar)) {
      // No cache holds the classes of a folder.
      return;
    }
    try (JarFile entries = new JarFile(jar.toFile())) {
      entries.stream()
          .map(JarEntry::getName)
          .filter(name -> name.startsWith(prefix) && name.endsWith(".class"))
          .map(name -> name.replace(".class", "").replace('/', '.'))
          .forEach(Training::load);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, Training.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      log.debug("training: {} needs what is not there", name, e);
    }
  }

  /** Nobody listens there; until it knows, the driver has loaded most of what it has. */
  private static void driver() {
    try {
      DriverManager.getConnection("jdbc:postgresql://127.0.0.1:1/training").close();
    } catch (SQLException e) {
      log.debug("training: as expected", e);
    }
  }
}
