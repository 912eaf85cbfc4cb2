package io.mycelium.bench;

import io.mycelium.ops.Descriptors;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** One run, from the instances that it makes to their end. Blocks; not for an event loop. */
public final class Bench implements AutoCloseable {
  private static final int SETTLE_MS = 20_000;
  private static final long LOOK_MS = 50;
  private static final int OWN_DESCRIPTORS = 200;

  /**
   * How a run is made.
   *
   * @param url of the server
   * @param token that may create instances and join their rooms; null for none
   * @param pid of the server on this machine; null if it is elsewhere
   * @param metrics URL of its meters; null for the usual one
   * @param warmUp seconds before the measured ones, at the first rate
   * @param seconds of each rate
   * @param threads event loops
   * @param settleMs for which answers and deliveries may come after the last push
   * @param protocol that the server speaks
   */
  public record Options(
      String url,
      String token,
      Long pid,
      String metrics,
      int warmUp,
      int seconds,
      int threads,
      int settleMs,
      Protocol protocol) {
    /** With the usual patience, to Mycelium. */
    public Options(
        String url, String token, Long pid, String metrics, int warmUp, int seconds, int threads) {
      this(url, token, pid, metrics, warmUp, seconds, threads, SETTLE_MS, Protocol.PHOENIX);
    }

    /** The same to a server of another kind. */
    public Options speaking(Protocol other) {
      return new Options(url, token, pid, metrics, warmUp, seconds, threads, settleMs, other);
    }
  }

  private final Scenario scenario;
  private final Options options;
  private final Progress progress;
  private final Faults faults = new Faults();
  private final Vertx vertx;
  private final Target target;
  private final Usage usage;
  private final List<String> ids = new ArrayList<>();
  private final List<Loop> loops = new ArrayList<>();
  private final List<RoomCheck> rooms = new ArrayList<>();

  /**
   * @throws Refusal if the run is impossible on this machine, or the URL is wrong
   */
  public Bench(Scenario scenario, Options options, Progress progress) {
    this.scenario = scenario;
    this.options = options;
    this.progress = progress;
    options.protocol().check(scenario);
    long most = Descriptors.max();
    if (most > 0 && scenario.allSockets() + OWN_DESCRIPTORS > most) {
      throw new Refusal(
          ErrorCode.INVALID_CONFIG,
          ("%s needs %d sockets, and this process may have no more than %d file descriptors:"
                  + " raise the limit (ulimit -n), or ask for less (--instances, --rooms, --sockets)")
              .formatted(scenario.name(), scenario.allSockets(), most));
    }
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(options.threads() + 1)
                .setPreferNativeTransport(true)
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false)));
    this.target = target();
    this.usage = new Usage(vertx, options.pid(), metrics());
  }

  private String metrics() {
    boolean usual = options.metrics() == null && !options.protocol().onlyBroadcasts();
    return usual ? target.usualMetrics() : options.metrics();
  }

  private Target target() {
    try {
      return new Target(vertx, options.url(), options.token());
    } catch (Refusal e) {
      vertx.close();
      throw e;
    }
  }

  /**
   * Runs it.
   *
   * @throws Refusal if the server cannot be reached or refuses something before the measured time
   */
  public Result run() {
    makeLoops();
    if (options.protocol().onlyBroadcasts()) {
      seatCrowds(options.protocol().dialect());
    } else {
      makeInstances();
      seatMembers();
    }
    loops.forEach(loop -> vertx.deployVerticle(loop).await());
    Usage.Sample empty = usage.sample().await();
    progress.say("connecting " + scenario.allSockets() + " sockets");
    long began = System.nanoTime();
    reached(all(Loop::connect));
    Result result = new Result(scenario, options, faults);
    result.connected((System.nanoTime() - began) / 1e9, joins(), empty, usage.sample().await());
    warmUp();
    if (scenario.rates().isEmpty()) {
      result.add(step(0));
    }
    for (double rate : scenario.rates()) {
      result.add(step(rate));
    }
    finish();
    if (scenario.kind() == Scenario.Kind.RECONNECT) {
      result.reconnected(joins());
    }
    return result;
  }

  /** Names a failure before anything is measured: the server is not there, or does not allow it. */
  private void reached(Future<Void> work) {
    try {
      work.await();
    } catch (Refusal e) {
      throw e;
    } catch (Exception e) {
      throw new Refusal(
          ErrorCode.INVALID_CONFIG,
          ("%s: %s; expected a server that is ready there, and with access.mode: required a --token"
                  + " that may create instances and join")
              .formatted(options.url(), e.getMessage()));
    }
  }

  private void makeInstances() {
    progress.say("making " + scenario.instances() + " instances");
    String run = "bench-" + UUID.randomUUID().toString().substring(0, 8) + '-';
    IntStream.range(0, scenario.instances()).forEach(i -> ids.add(run + i));
    reached(target.create(scenario, ids));
  }

  private void makeLoops() {
    boolean storm = scenario.kind() == Scenario.Kind.JOIN;
    boolean mixed = scenario.kind() == Scenario.Kind.MIXED;
    for (int i = 0; i < options.threads(); i++) {
      loops.add(new Loop(target, i, options.threads(), storm, mixed, faults));
    }
  }

  private void seatMembers() {
    Marker marker = new Marker(scenario.bytes());
    for (String id : ids) {
      for (int i = 0; i < scenario.rooms(); i++) {
        RoomCheck room = new RoomCheck("room" + i, faults);
        boolean complete = scenario.isComplete();
        seatRoom(
            rooms.size(),
            (user, loop) ->
                new Loop.Seat(
                    new PhoenixPeer(user, room, marker.copy(), complete, faults, loop),
                    () -> Future.succeededFuture(target.socket(id, user))));
        rooms.add(room);
      }
    }
  }

  /** The same at a server that has no instances. */
  private void seatCrowds(Dialect dialect) {
    Marker marker = new Marker(scenario.bytes());
    for (int i = 0; i < scenario.rooms(); i++) {
      Crowd crowd = new Crowd("room" + i, i * scenario.sockets(), scenario.pushers());
      seatRoom(
          i,
          (user, loop) ->
              new Loop.Seat(
                  new BroadcastPeer(user, crowd, dialect, marker.copy(), faults, loop),
                  () -> dialect.path(target, crowd.room()).map(target::socket)));
    }
  }

  private interface Seats {
    Loop.Seat of(int user, Loop loop);
  }

  /**
   * The sockets of a room are on one event loop.
   *
   * @param number of the room among those of the run
   */
  private void seatRoom(int number, Seats seats) {
    Loop loop = loops.get(number % loops.size());
    int first = number * scenario.sockets();
    for (int i = 0; i < scenario.sockets(); i++) {
      loop.add(seats.of(first + i, loop), i < scenario.pushers());
    }
  }

  private Future<Void> all(Function<Loop, Future<Void>> work) {
    return Future.all(loops.stream().map(loop -> loop.on(() -> work.apply(loop))).toList())
        .mapEmpty();
  }

  private Histogram joins() {
    Histogram all = Step.histogram();
    loops.forEach(loop -> all.add(loop.joins()));
    return all;
  }

  private void warmUp() {
    if (options.warmUp() > 0 && !scenario.rates().isEmpty()) {
      progress.begin("warm-up", options.warmUp());
      push(scenario.rates().get(0), options.warmUp());
    }
  }

  /** One rate, measured. */
  private Step step(double rate) {
    progress.begin(rate == 0 ? "at rest" : "%.0f pushes/s".formatted(rate), options.seconds());
    Usage.Sample before = usage.sample().await();
    List<Usage.Sample> samples = new ArrayList<>();
    long everyMs = TimeUnit.SECONDS.toMillis(Step.interval(options.seconds()));
    long timer = vertx.setPeriodic(everyMs, part -> usage.sample().onSuccess(samples::add));
    if (scenario.kind() == Scenario.Kind.RECONNECT) {
      long half = TimeUnit.SECONDS.toMillis(options.seconds()) / 2;
      vertx.setTimer(Math.max(1, half), storm -> reconnect());
    }
    Step step = push(rate, options.seconds());
    vertx.cancelTimer(timer);
    step.before = before;
    step.after = usage.sample().await();
    for (int i = 0; i < Math.min(samples.size(), step.line.size()); i++) {
      step.line.get(i).usage = samples.get(i);
    }
    return step;
  }

  private void reconnect() {
    all(Loop::reconnect)
        .onFailure(cause -> faults.add("refused", "reconnect: %s", cause.getMessage()));
  }

  /** Done once all is delivered and answered, or will never be. */
  private Step push(double rate, int seconds) {
    int pushers = loops.stream().mapToInt(Loop::pushers).sum();
    long began = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    List<Future<Step>> parts = new ArrayList<>();
    for (Loop loop : loops) {
      double share = pushers == 0 ? 0 : rate * loop.pushers() / pushers;
      parts.add(loop.on(() -> loop.push(share, began, seconds)));
    }
    long timer = vertx.setPeriodic(200, tick -> progress.at(System.nanoTime() - began));
    Future.all(parts).await();
    vertx.cancelTimer(timer);
    progress.end();
    // The last deliveries are the slow ones.
    settle();
    Step whole = new Step(rate, began, seconds);
    parts.forEach(part -> whole.add(part.result()));
    return whole;
  }

  /** Waits until every push is answered and every socket has all of its room. */
  private void settle() {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.settleMs());
    while (!unfinished().isEmpty() && System.nanoTime() < deadline) {
      vertx.timer(LOOK_MS, TimeUnit.MILLISECONDS).await();
    }
  }

  private List<Peer> unfinished() {
    List<Peer> all = new ArrayList<>();
    loops.forEach(
        loop -> all.addAll(loop.on(() -> Future.succeededFuture(loop.unfinished())).await()));
    return all;
  }

  private void finish() {
    unfinished().forEach(Peer::finish);
    if (scenario.isComplete()) {
      rooms.forEach(RoomCheck::finish);
    }
  }

  /** Closes the sockets, and deletes the instances that it made. */
  @Override
  public void close() {
    try {
      for (String deployment : vertx.deploymentIDs()) {
        vertx.undeploy(deployment).await();
      }
      target.delete(ids).otherwiseEmpty().await();
    } finally {
      vertx.close().await();
    }
  }
}
