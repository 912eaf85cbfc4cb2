package io.mycelium;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Authenticators;
import io.mycelium.access.KeySource;
import io.mycelium.access.Revocations;
import io.mycelium.access.token.SecretKeyFile;
import io.mycelium.access.token.TokenAuthenticator;
import io.mycelium.access.token.TokenCheck;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.connection.SocketState;
import io.mycelium.console.Console;
import io.mycelium.console.Sampler;
import io.mycelium.deployer.DeployerVerticle;
import io.mycelium.journal.Store;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.limits.Places;
import io.mycelium.ops.Descriptors;
import io.mycelium.ops.EventLoopLag;
import io.mycelium.ops.Health;
import io.mycelium.ops.ManagementVerticle;
import io.mycelium.ops.Meters;
import io.mycelium.ops.NodeDrain;
import io.mycelium.ops.WatchedTransport;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.room.PluginLoader;
import io.mycelium.room.RoomTypes;
import io.mycelium.web.Tls;
import io.mycelium.web.WebConfig;
import io.mycelium.web.WebVerticle;
import io.mycelium.web.rest.Contract;
import io.mycelium.web.rest.RestApi;
import io.mycelium.web.rest.Transfers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: its Vert.x, and the order in which its parts start and stop. Management comes first, so
 * that probes see a node that is alive and not yet ready; the main port comes last, so that clients
 * reach only a complete node.
 */
public final class Mycelium {
  private static final Logger log = LoggerFactory.getLogger(Mycelium.class);

  /** Messages of exceptions for connections that the peer or the network ended. */
  private static final String CLIENT = "client";

  private final MyceliumConfig config;
  private final Meters meters = new Meters(closeReasons(), errorReasons());

  /** Null on a node that is alone. */
  private final Clustering clustering;

  private final Vertx vertx;
  private final WatchedTransport transport;
  private final Health health = new Health();
  private final ManagementVerticle management;
  private final NodeMeters nodeMeters = new NodeMeters(meters);
  private final List<WebVerticle> webs = new ArrayList<>();

  /** One for each web verticle, added on its event loop. */
  private final List<Console> consoles = new CopyOnWriteArrayList<>();

  private Authenticators authenticators;
  private Tls tls;
  private volatile Store store;
  private Sampler sampler;
  private DeployerVerticle deployer;
  private String deployerId;
  private volatile boolean instancesUp;
  private volatile boolean webUp;
  private volatile int port;

  private Mycelium(MyceliumConfig config) {
    this.config = config;
    NodeVertx own = NodeVertx.start(config, meters);
    this.transport = own.transport();
    this.vertx = own.vertx();
    this.clustering = own.cluster() == null ? null : new Clustering(config, meters, own.cluster());
    this.management = new ManagementVerticle(config.ops(), health, meters);
    health.register("instances", () -> up(instancesUp, "the deployer is not up"));
    health.register("journal", this::journalHealth);
    if (clustering != null) {
      health.register("cluster", () -> up(clustering.isServing(), "the lease is lost"));
    }
    health.register("web", () -> up(webUp, "the main port is not open"));
  }

  /**
   * Starts a node.
   *
   * @param demo whether to create the instances of the demo pages, see {@link Demo}
   * @return the node once its main port is open; on failure, everything opened before is closed
   */
  public static Future<Mycelium> start(MyceliumConfig config, boolean demo) {
    Descriptors.warning(config.web().maxConnections()).ifPresent(log::warn);
    Mycelium node = new Mycelium(config);
    // Without a context: the event loop of a failed step is gone when its failure is reported.
    Promise<Mycelium> result = Promise.promise();
    node.startManagement()
        .compose(done -> node.startAccess())
        .compose(done -> node.startTls())
        .compose(done -> node.startInstances())
        .compose(
            done -> demo ? Demo.create(node.vertx, node.directory()) : Future.succeededFuture())
        .compose(done -> node.startWeb())
        .onSuccess(done -> result.complete(node))
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
   * The shutdown on SIGTERM: hands its instances over to other nodes, refuses new connections, then
   * closes the open ones. See {@link NodeDrain#onShutdown}.
   */
  public NodeDrain drain() {
    NodeDrain drain = new NodeDrain(health, config.ops().drainTimeout());
    if (clustering != null) {
      drain.step("hand instances over", clustering::drain);
    }
    return drain
        .step("refuse upgrades, close sockets", this::closeSockets)
        .step("stop instances", this::stopInstances)
        .step("close vert.x", this::close);
  }

  /** Stops at once, without a drain; for tests. */
  public Future<Void> close() {
    Store opened = store;
    return vertx
        .close()
        .eventually(() -> opened == null ? Future.succeededFuture() : opened.close())
        .onComplete(done -> meters.close());
  }

  private Future<Void> startManagement() {
    return vertx.deployVerticle(management).mapEmpty();
  }

  /** The keys; a secret is made up where none is configured. */
  private Future<Void> startAccess() {
    if (config.access().isOpen()) {
      authenticators = Authenticators.open();
      meters.staleKeys(() -> 0);
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(this::tokenCheck)
        .onSuccess(
            check -> {
              meters.staleKeys(check::staleMs);
              Revocations revocations = new Revocations();
              authenticators =
                  new Authenticators(
                      new TokenAuthenticator(check, revocations, false),
                      new TokenAuthenticator(check, revocations, true),
                      config.access().expiryNotice(),
                      config.access().expiryGrace(),
                      revocations);
            })
        .mapEmpty();
  }

  private Future<Void> startTls() {
    return vertx.executeBlocking(() -> tls = Tls.open(vertx, config.tls())).mapEmpty();
  }

  private TokenCheck tokenCheck() {
    AccessConfig access = config.access();
    KeySource own = access.keySource();
    if (access.needsSecretFile()) {
      own = own.withSecret(SecretKeyFile.readOrMake(Path.of(access.secretFile())));
    }
    return TokenCheck.of(vertx, access, own);
  }

  /** The store, the plug-ins and the deployer. */
  private Future<Void> startInstances() {
    Codecs.register(vertx);
    Future<RoomTypes> types =
        vertx.executeBlocking(() -> PluginLoader.load(Path.of(config.instances().pluginsDir())));
    return vertx
        .executeBlocking(this::openStore, false)
        .compose(
            opened -> {
              store = opened;
              return takePart();
            })
        .compose(in -> types)
        .compose(this::deploy);
  }

  private Store openStore() {
    if (clustering != null) {
      return clustering.openStore(nodeMeters);
    }
    return config.journal().isMemory()
        ? new MemoryStore(config.journal())
        : JdbcStore.open(config.journal(), nodeMeters);
  }

  private Future<Void> takePart() {
    return clustering == null ? Future.succeededFuture() : clustering.start(store);
  }

  private Future<Void> deploy(RoomTypes types) {
    deployer = new DeployerVerticle(config.instances(), types, config.journal(), store, nodeMeters);
    return vertx
        .deployVerticle(clustering == null ? deployer : deployer.inCluster())
        .onSuccess(
            id -> {
              deployerId = id;
              instancesUp = true;
            })
        .mapEmpty();
  }

  /** One web verticle per event loop, all on the main port. */
  private Future<Void> startWeb() {
    sampler = new Sampler(meters, this::socketStates, config.journal().kind());
    if (config.console().enabled()) {
      sampler.start(vertx);
    }
    return Contract.loaded()
        .compose(loaded -> Future.all(deployWebs(loaded)))
        .onSuccess(
            done -> {
              webUp = true;
              port = webs.get(0).port();
            })
        .mapEmpty();
  }

  private List<Future<String>> deployWebs(Contract loaded) {
    List<Future<String>> deployments = new ArrayList<>();
    WebConfig web = OpenAccess.reach(config);
    Transfers transfers = new Transfers(config.http());
    Places places = new Places(web.maxConnections(), config.limits());
    for (int i = 0; i < webVerticles(config); i++) {
      WebVerticle verticle =
          new WebVerticle(
              web,
              config.socket(),
              config.gateway(),
              loaded,
              transfers,
              authenticators,
              places,
              nodeMeters,
              this::mountOperations);
      webs.add(verticle.secured(tls));
      meters.commandsUnacked(verticle::unacked);
      deployments.add(vertx.deployVerticle(verticle.guarded(config.access())));
    }
    return deployments;
  }

  /** The probes on the main port too, for load balancers that reach no other port. */
  private void mountOperations(Router router) {
    EventLoopLag.start(vertx, meters);
    Console console = new Console(vertx, config.console(), authenticators, sampler);
    consoles.add(console);
    console.mount(router);
    router.route().order(Integer.MIN_VALUE).handler(this::time);
    health.mount(router);
  }

  /** Open sockets of all web verticles by state. */
  private Map<String, Integer> socketStates() {
    Map<String, Integer> sum = new LinkedHashMap<>();
    for (WebVerticle web : webs) {
      int[] counts = web.socketStates();
      for (SocketState state : SocketState.values()) {
        sum.merge(state.name().toLowerCase(Locale.ROOT), counts[state.ordinal()], Integer::sum);
      }
    }
    return sum;
  }

  private void time(RoutingContext ctx) {
    long began = System.nanoTime();
    ctx.addEndHandler(
        ended -> {
          String method = ctx.request().method().name();
          int status = ctx.response().getStatusCode();
          meters.httpRequest(method, RestApi.route(ctx), status, System.nanoTime() - began);
        });
    ctx.next();
  }

  /**
   * In batches of {@code ops.drain_batch}, {@code ops.drain_interval} apart, once in-flight pushes
   * are answered.
   */
  private Future<Void> closeSockets() {
    consoles.forEach(Console::close);
    int batch = config.ops().drainBatch();
    long interval = config.ops().drainInterval().toMillis();
    long spread = config.ops().reconnectSpread().toMillis();
    return Future.all(webs.stream().map(web -> web.drain(batch, interval, spread)).toList())
        .mapEmpty();
  }

  private Future<Void> stopInstances() {
    return deployer.stopInstances().eventually(() -> vertx.undeploy(deployerId));
  }

  private InstanceDirectory directory() {
    return new InstanceDirectory(vertx);
  }

  /** Logs that the node is up, and its addresses. */
  void announce() {
    log.info(
        "listening http{}://localhost:{}/api/v1 ws{}://localhost:{}/socket/:id"
            + " management http://localhost:{}/health/ready /metrics native_transport={}",
        tls == null ? "" : "s",
        port,
        tls == null ? "" : "s",
        port,
        managementPort(),
        transport.isNative());
  }

  static int webVerticles(MyceliumConfig config) {
    int configured = config.web().eventLoops();
    return configured == 0 ? Runtime.getRuntime().availableProcessors() : configured;
  }

  private Health.Check journalHealth() {
    Store opened = store;
    ErrorCode refusal = opened == null ? null : opened.journal().refusal();
    return up(
        refusal != ErrorCode.JOURNAL_UNAVAILABLE, "the journal cannot be written; see the log");
  }

  private static Health.Check up(boolean up, String otherwise) {
    return up ? Health.Check.UP : Health.Check.down(otherwise);
  }

  private static Set<String> closeReasons() {
    return Stream.concat(
            Stream.of(CLIENT), Arrays.stream(Disconnect.values()).map(Disconnect::reason))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> errorReasons() {
    return Arrays.stream(ErrorCode.values())
        .map(ErrorCode::reason)
        .collect(Collectors.toUnmodifiableSet());
  }
}
