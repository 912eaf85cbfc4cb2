package io.mycelium.testing;

import io.mycelium.access.Authenticators;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.connection.ConnectionMeters;
import io.mycelium.connection.Hub;
import io.mycelium.connection.SocketConfig;
import io.mycelium.console.Console;
import io.mycelium.console.ConsoleConfig;
import io.mycelium.console.Sampler;
import io.mycelium.deployer.DeployerVerticle;
import io.mycelium.instance.DeployerConfig;
import io.mycelium.instance.InstanceMeters;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Store;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.limits.Places;
import io.mycelium.ops.Meters;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.spi.RoomType;
import io.mycelium.web.Tls;
import io.mycelium.web.TlsConfig;
import io.mycelium.web.WebConfig;
import io.mycelium.web.WebVerticle;
import io.mycelium.web.rest.Contract;
import io.mycelium.web.rest.Transfers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * A whole node without the command line: deployer, web verticles on a free port, and clients for
 * them.
 */
public final class TestNode implements AutoCloseable {
  /** How long a test waits for an event that must come; {@code -Dmycelium.patience} in seconds. */
  public static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("mycelium.patience", 60));

  private final Vertx vertx;
  private final List<WebVerticle> webs = new ArrayList<>();
  private final InstanceDirectory directory;
  private final String transport;
  private final int port;
  private final ConsoleConfig console;
  private final Authenticators authenticators;
  private final Sampler sampler;

  private TestNode(Builder b) {
    console = b.console;
    authenticators = b.authenticators;
    sampler = new Sampler(new Meters(Set.of(), Set.of()), Map::of, "memory");
    transport = b.transport;
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Codecs.register(vertx);
    if (console.enabled()) {
      sampler.start(vertx);
    }
    await(
        vertx.deployVerticle(
            new DeployerVerticle(b.deployer, b.types, b.journal, b.store(), b.instanceMeters)));
    Contract contract = await(Contract.loaded());
    Transfers transfers = new Transfers(b.guards.http());
    Places places = new Places(b.maxConnections, b.guards.limits());
    Tls tls = Tls.open(vertx, b.tls);
    for (int i = 0; i < b.eventLoops; i++) {
      WebVerticle verticle =
          new WebVerticle(
              b.web(),
              b.socket,
              b.gateway,
              contract,
              transfers,
              b.authenticators,
              places,
              b.meters,
              this::mount);
      await(vertx.deployVerticle(verticle.secured(tls)));
      webs.add(verticle);
    }
    port = webs.get(0).port();
    directory = new InstanceDirectory(vertx);
  }

  private void mount(Router router) {
    new Console(vertx, console, authenticators, sampler).mount(router);
  }

  public static Builder builder() {
    return new Builder();
  }

  public static TestNode start() {
    return builder().start();
  }

  /** Waits for a future on the test's own thread. */
  public static <T> T await(Future<T> future) {
    try {
      return future.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing came within " + PATIENCE, e);
    }
  }

  /** Creates an instance from its spec as JSON text; single quotes may stand for double ones. */
  public JsonObject create(String spec) {
    return await(directory.create(new JsonObject(spec.replace('\'', '"'))));
  }

  /** A connected V2 client. */
  public PhoenixSocket connect(String instance) {
    return connect(instance, "vsn=2.0.0");
  }

  public PhoenixSocket connect(String instance, String query) {
    return PhoenixSocket.connect(port, "/socket/" + instance + "/websocket?" + query);
  }

  /**
   * Polls the directory until the instance is as wanted; it waits only between answers, so it
   * misses no lasting state.
   */
  public JsonObject awaitInstance(String id, Predicate<JsonObject> wanted) {
    return await(() -> await(directory.get(id)), wanted);
  }

  /** Waits until that many sockets are open, over all web verticles. */
  public void awaitConnections(int count) {
    await(() -> onHubs(Hub::connections), open -> open == count);
  }

  /** The sum of a figure over all hubs, each read on its own event loop. */
  public int onHubs(ToIntFunction<Hub> figure) {
    int sum = 0;
    for (WebVerticle web : webs) {
      Promise<Integer> read = Promise.promise();
      web.hub().execute(() -> read.complete(figure.applyAsInt(web.hub())));
      sum += await(read.future());
    }
    return sum;
  }

  /** Asks again and again, a little later each time, until the answer is as wanted. */
  public <T> T await(Supplier<T> ask, Predicate<T> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    T answer = ask.get();
    while (!wanted.test(answer)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still not as wanted after " + PATIENCE + ": " + answer);
      }
      await(vertx.timer(5));
      answer = ask.get();
    }
    return answer;
  }

  /** The HTTP status with which an upgrade is refused. */
  public int refusedUpgrade(String instance) {
    try {
      connect(instance).close();
      throw new AssertionError("instance " + instance + " let a connection in");
    } catch (CompletionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  /** Asks the instance, round trip after round trip, until it counts that many connections. */
  public void awaitConnections(String instance, int count) {
    awaitInstance(instance, found -> found.getInteger("connections") == count);
  }

  /** Closes all connections like a stopping node; clients must wait up to this time. */
  public void drain(long spreadMs) {
    await(Future.all(webs.stream().map(web -> web.drain(100, 5, spreadMs)).toList()));
  }

  public Vertx vertx() {
    return vertx;
  }

  public InstanceDirectory directory() {
    return directory;
  }

  public List<WebVerticle> webs() {
    return webs;
  }

  public int port() {
    return port;
  }

  public String transport() {
    return transport;
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  /** The options of a test that differ from the defaults. */
  public static final class Builder {
    private DeployerConfig deployer = DeployerConfig.DEFAULT;
    private SocketConfig socket = SocketConfig.DEFAULT;
    private GatewayConfig gateway = GatewayConfig.DEFAULT;
    private JournalConfig journal = JournalConfig.DEFAULT.inMemory();
    private Store store;
    private ConnectionMeters meters = ConnectionMeters.NONE;
    private ConsoleConfig console = new ConsoleConfig(false);
    private RoomTypes types = new RoomTypes(List.of());
    private String transport = "netty";
    private int eventLoops = 2;
    private int port;
    private TlsConfig tls = TlsConfig.DEFAULT;
    private int maxMessageBytes = 1 << 20;
    private int maxConnections = 1_000_000;
    private Guards guards = Guards.DEFAULT;
    private Authenticators authenticators = Authenticators.open();
    private InstanceMeters instanceMeters = InstanceMeters.NONE;

    /** The console is off otherwise. */
    public Builder console(ConsoleConfig config) {
      console = config;
      return this;
    }

    public Builder deployer(DeployerConfig config) {
      deployer = config;
      return this;
    }

    /**
     * An instance may crash this often in a minute; a stuck one is given up after {@code stopMs}.
     */
    public Builder supervision(int maxRestarts, int threads, long stopMs) {
      DeployerConfig d = DeployerConfig.DEFAULT;
      Duration window = Duration.ofMinutes(1);
      Duration stop = Duration.ofMillis(stopMs);
      deployer =
          new DeployerConfig(
              d.maxInstances(),
              d.maxStateBytes(),
              threads,
              maxRestarts,
              window,
              stop,
              d.stuckAfter(),
              d.idleTimeout(),
              d.presenceInterval(),
              d.pluginsDir());
      return this;
    }

    /** Call it after {@link #supervision}. */
    public Builder stuckAfter(long ms) {
      return times(Duration.ofMillis(ms), deployer.idleTimeout());
    }

    public Builder idleTimeout(long ms) {
      return times(deployer.stuckAfter(), Duration.ofMillis(ms));
    }

    private Builder times(Duration stuck, Duration idle) {
      DeployerConfig d = deployer;
      deployer =
          new DeployerConfig(
              d.maxInstances(),
              d.maxStateBytes(),
              d.workerPoolSize(),
              d.maxRestarts(),
              d.restartWindow(),
              d.stopTimeout(),
              stuck,
              idle,
              d.presenceInterval(),
              d.pluginsDir());
      return this;
    }

    public Builder socket(SocketConfig config) {
      socket = config;
      return this;
    }

    public Builder gateway(GatewayConfig config) {
      gateway = config;
      return this;
    }

    /** The limits; the store is one in memory unless another is given. */
    public Builder journal(JournalConfig config) {
      journal = config;
      return this;
    }

    /** Stays open when the node closes. */
    public Builder store(Store used) {
      store = used;
      return this;
    }

    private Store store() {
      return store == null ? new MemoryStore(journal) : store;
    }

    public Builder meters(ConnectionMeters used) {
      meters = used;
      return this;
    }

    /** Everybody is believed otherwise. */
    public Builder authenticators(Authenticators given) {
      authenticators = given;
      return this;
    }

    public Builder instanceMeters(InstanceMeters used) {
      instanceMeters = used;
      return this;
    }

    public Builder types(RoomType... used) {
      return roomTypes(
          new RoomTypes(Stream.of(used).map(type -> new RoomTypes.Source(type, "test")).toList()));
    }

    public Builder roomTypes(RoomTypes used) {
      types = used;
      return this;
    }

    public Builder transport(String used) {
      transport = used;
      return this;
    }

    /** Plain otherwise. */
    public Builder tls(TlsConfig config) {
      tls = config;
      return this;
    }

    /** A port that an earlier node had; 0, the default, takes a free one. */
    public Builder port(int used) {
      port = used;
      return this;
    }

    public Builder eventLoops(int count) {
      eventLoops = count;
      return this;
    }

    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    /** Trusted proxies are networks whose {@code X-Forwarded-For} is believed. */
    public Builder guards(Guards used) {
      guards = used;
      return this;
    }

    private WebConfig web() {
      return guards.web(port, transport, maxMessageBytes, maxConnections);
    }

    public Builder maxMessageBytes(int bytes) {
      maxMessageBytes = bytes;
      return this;
    }

    public TestNode start() {
      return new TestNode(this);
    }
  }
}
