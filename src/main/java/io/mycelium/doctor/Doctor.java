package io.mycelium.doctor;

import io.mycelium.config.MyceliumConfig;
import io.mycelium.ops.Descriptors;
import io.mycelium.ops.SmallVertx;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All checks of a node's configuration, machine, store and neighbours. The node may run at the same
 * time, or not. Each question to the network has two seconds, and they are asked in parallel.
 */
public final class Doctor {
  private final MyceliumConfig config;

  /** Looks at one thing; blocks. */
  interface Check extends Callable<List<Finding>> {}

  private Doctor(MyceliumConfig config) {
    this.config = config;
  }

  /** Blocks; the findings are in the order in which one would mend them. */
  public static List<Finding> examine(MyceliumConfig config) {
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "doctor");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return SmallVertx.during(vertx -> new Doctor(config).run(vertx, threads));
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Finding> run(Vertx vertx, ExecutorService threads) {
    // First, since a port or a lock that is taken is well where a node runs.
    Ports ports = Ports.look(config, threads);
    List<Check> checks = new ArrayList<>();
    checks.add(new AccessCheck(vertx, config));
    checks.add(this::descriptors);
    checks.add(new TlsCheck(vertx, config.tls()));
    checks.add(ports::findings);
    checks.add(new StoreCheck(config, ports.node()));
    if (config.cluster().enabled()) {
      checks.addAll(ClusterChecks.of(vertx, config.cluster()));
    }
    return all(threads, checks);
  }

  static List<Finding> all(ExecutorService threads, List<Check> checks) {
    List<Future<List<Finding>>> running = checks.stream().map(threads::submit).toList();
    List<Finding> findings = new ArrayList<>();
    running.forEach(each -> findings.addAll(result(each)));
    return findings;
  }

  static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a check broke: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private List<Finding> descriptors() {
    int connections = config.web().maxConnections();
    return List.of(
        Descriptors.shortage(connections)
            .map(
                shortage ->
                    Finding.warning(
                        "descriptors",
                        shortage.found(),
                        "one for each connection and some more",
                        shortage.advice()))
            .orElseGet(
                () ->
                    Finding.ok(
                        "descriptors",
                        "this process may have "
                            + Descriptors.max()
                            + ", enough for web.max_connections "
                            + connections)));
  }
}
