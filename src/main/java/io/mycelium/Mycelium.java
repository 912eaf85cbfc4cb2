package io.mycelium;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.ops.Drain;
import io.mycelium.ops.Health;
import io.mycelium.ops.ManagementVerticle;
import io.mycelium.ops.Meters;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: its Vert.x, and the order in which its parts start and stop. Management comes first, so that probes see a
 * node that is alive and not yet ready; the main port comes last, so that nobody reaches what is not there.
 */
public final class Mycelium {
  private static final Logger log = LoggerFactory.getLogger(Mycelium.class);

  private final MyceliumConfig config;
  private final Vertx vertx;
  private final Meters meters = new Meters(closeReasons(), errorReasons());
  private final Health health = new Health();
  private final ManagementVerticle management;
  private volatile boolean instancesUp;
  private volatile boolean webUp;
  private volatile int port;

  private Mycelium(MyceliumConfig config) {
    this.config = config;
    this.vertx = vertx(config);
    this.management = new ManagementVerticle(config.ops(), health, meters);
    health.register("instances", () -> up(instancesUp, "the deployer is not up"));
    health.register("web", () -> up(webUp, "the main port is not open"));
  }

  /**
   * Starts a node.
   *
   * @param demo whether to create the instances {@code chat}, {@code draw} and {@code move}
   * @return the node once its main port is open; a failure has closed all that was opened
   */
  public static Future<Mycelium> start(MyceliumConfig config, boolean demo) {
    Mycelium node = new Mycelium(config);
    // Of no context: the event loop of a failed step is gone by the time that its failure is told.
    Promise<Mycelium> result = Promise.promise();
    node.startManagement()
        .compose(done -> node.startInstances())
        .compose(done -> demo ? Demo.create(node.directory()) : Future.succeededFuture())
        .compose(done -> node.startWeb())
        .onSuccess(done -> result.complete(node.started()))
        .onFailure(cause -> node.close().onComplete(closed -> result.fail(cause)));
    return result.future();
  }

  /** The main port that was bound. */
  public int port() {
    return port;
  }

  public int managementPort() {
    return management.port();
  }

  /**
   * The way out for SIGTERM: stops taking in first, then lets go of what is there. See {@link Drain#onShutdown}.
   */
  public Drain drain() {
    return new Drain(health, config.ops().drainTimeout())
        .step("refuse upgrades", this::refuseUpgrades)
        .step("close sockets", this::closeSockets)
        .step("stop instances", this::stopInstances)
        .step("close vert.x", this::close);
  }

  /** Stops at once, without a drain; for tests. */
  public Future<Void> close() {
    return vertx.close().onComplete(done -> meters.close());
  }

  private Future<Void> startManagement() {
    return vertx.deployVerticle(management).mapEmpty();
  }

  /** The journal and the deployer. */
  private Future<Void> startInstances() {
    instancesUp = true;
    return Future.succeededFuture();
  }

  /** One web verticle per event loop, all on the main port. */
  private Future<Void> startWeb() {
    webUp = true;
    port = config.web().port();
    return Future.succeededFuture();
  }

  private Future<Void> refuseUpgrades() {
    return Future.succeededFuture();
  }

  /** In batches of {@code ops.drain_batch}, {@code ops.drain_interval} apart, once in-flight pushes are answered. */
  private Future<Void> closeSockets() {
    return Future.succeededFuture();
  }

  private Future<Void> stopInstances() {
    return Future.succeededFuture();
  }

  private InstanceDirectory directory() {
    return new InstanceDirectory(vertx);
  }

  private Mycelium started() {
    log.info(
        "listening http://localhost:{}/api/v1 ws://localhost:{}/socket/:id"
            + " management http://localhost:{}/health/ready /metrics native_transport={}",
        port,
        port,
        managementPort(),
        vertx.isNativeTransportEnabled());
    return this;
  }

  /** The web verticles' event loops and one for the rest: deployer, management. */
  private static Vertx vertx(MyceliumConfig config) {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(webVerticles(config) + 1));
  }

  static int webVerticles(MyceliumConfig config) {
    int configured = config.web().eventLoops();
    return configured == 0 ? Runtime.getRuntime().availableProcessors() : configured;
  }

  private static Health.Check up(boolean up, String otherwise) {
    return up ? Health.Check.UP : Health.Check.down(otherwise);
  }

  private static Set<String> closeReasons() {
    return Arrays.stream(Disconnect.values())
        .map(Disconnect::reason)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> errorReasons() {
    return Arrays.stream(ErrorCode.values())
        .map(ErrorCode::reason)
        .collect(Collectors.toUnmodifiableSet());
  }
}
