package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** The sockets of some rooms, on one event loop. All methods: on its context. */
final class Loop extends VerticleBase implements Peer.Figures {
  /** A socket, and where it is opened. */
  record Seat(Peer peer, Supplier<Future<WebSocketConnectOptions>> address) {}

  private static final int AT_ONCE = 50;
  private static final int PORTS_OF_AN_ADDRESS = 20_000;
  private static final int SPREAD_MS = 1000;

  private final Target target;
  private final int index;
  private final int loops;
  private final boolean storm;
  private final boolean mixed;
  private final List<Seat> seats = new ArrayList<>();
  private final List<Peer> pushers = new ArrayList<>();
  private final List<WebSocketClient> clients = new ArrayList<>();
  private final Histogram joins = Step.histogram();
  private final SplittableRandom random = new SplittableRandom(7);
  private final Faults faults;
  private Habits habits;
  private Step step;
  private int next;

  /**
   * @param index of this loop among those of the run, from 0
   * @param storm whether all sockets begin to connect at once; else some at a time
   * @param mixed whether they have {@link Habits}
   */
  Loop(Target target, int index, int loops, boolean storm, boolean mixed, Faults faults) {
    this.target = target;
    this.index = index;
    this.loops = loops;
    this.storm = storm;
    this.mixed = mixed;
    this.faults = faults;
  }

  /** Before it is deployed. */
  void add(Seat seat, boolean pushes) {
    seats.add(seat);
    if (pushes) {
      pushers.add(seat.peer());
    }
  }

  int pushers() {
    return pushers.size();
  }

  /** From the first byte of a connection to its place in a room, in microseconds. */
  Histogram joins() {
    return joins;
  }

  @Override
  public Future<?> start() {
    for (int i = 0; i <= seats.size() / PORTS_OF_AN_ADDRESS; i++) {
      WebSocketClientOptions options =
          new WebSocketClientOptions()
              .setMaxConnections(PORTS_OF_AN_ADDRESS + 1)
              .setMaxFrameSize(1 << 24)
              .setMaxMessageSize(1 << 24)
              .setConnectTimeout(30_000);
      int address = i * loops + index;
      if (address > 0 && target.isOnLoopback()) {
        options.setLocalAddress("127.0.0." + (1 + address));
      }
      clients.add(vertx.createWebSocketClient(options));
    }
    if (mixed) {
      habits = new Habits(vertx, members(), faults);
    }
    return Future.succeededFuture();
  }

  /** Those that can leave, and resume. */
  private List<PhoenixPeer> members() {
    return seats.stream()
        .map(Seat::peer)
        .filter(PhoenixPeer.class::isInstance)
        .map(PhoenixPeer.class::cast)
        .toList();
  }

  /** Runs it on this loop's event loop; any thread. */
  <T> Future<T> on(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    // Whatever it throws is to be said, and not waited for.
    context.runOnContext(
        go -> Future.succeededFuture().compose(here -> work.get()).onComplete(done));
    return done.future();
  }

  /** Connects and joins all. */
  Future<Void> connect() {
    joins.reset();
    List<Future<Void>> lines = new ArrayList<>();
    int[] first = {0};
    for (int i = 0; i < (storm ? seats.size() : AT_ONCE); i++) {
      lines.add(connectNext(first));
    }
    return Future.all(lines).mapEmpty();
  }

  private Future<Void> connectNext(int[] first) {
    int number = first[0]++;
    return number >= seats.size()
        ? Future.succeededFuture()
        : connect(number).compose(joined -> storm ? Future.succeededFuture() : connectNext(first));
  }

  private Future<Void> connect(int number) {
    long began = System.nanoTime();
    Seat seat = seats.get(number);
    WebSocketClient client = clients.get(number / PORTS_OF_AN_ADDRESS);
    return seat.address()
        .get()
        .compose(client::connect)
        .compose(seat.peer()::join)
        .onSuccess(joined -> joins.recordValue(Step.micros(System.nanoTime() - began)));
  }

  /** Cuts all connections, and connects again within a second, as clients do. */
  Future<Void> reconnect() {
    joins.reset();
    members().forEach(PhoenixPeer::cut);
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < seats.size(); i++) {
      int number = i;
      all.add(
          vertx
              .timer(1 + random.nextInt(SPREAD_MS), TimeUnit.MILLISECONDS)
              .compose(waited -> connect(number)));
    }
    return Future.all(all).mapEmpty();
  }

  /**
   * Pushes at a rate.
   *
   * @param began of {@link System#nanoTime}, the same for all loops
   * @return this loop's part of the step, once its time is over
   */
  Future<Step> push(double rate, long began, int seconds) {
    Step now = new Step(rate, began, seconds);
    step = now;
    if (habits != null) {
      habits.start();
    }
    Promise<Step> over = Promise.promise();
    Schedule schedule = pushers.isEmpty() || rate == 0 ? null : new Schedule(rate, began, seconds);
    vertx.setPeriodic(
        1,
        timer -> {
          if (schedule != null) {
            send(schedule, now);
          }
          boolean timeIsUp = System.nanoTime() - began >= TimeUnit.SECONDS.toNanos(seconds);
          if (timeIsUp && (schedule == null || schedule.isOver())) {
            vertx.cancelTimer(timer);
            if (habits != null) {
              habits.stop();
            }
            over.complete(now);
          }
        });
    return over.future();
  }

  private void send(Schedule schedule, Step now) {
    long time = System.nanoTime();
    while (schedule.isDue(time)) {
      Peer pusher = joinedPusher();
      if (pusher == null) {
        return;
      }
      long due = schedule.take();
      now.pushed(due, time);
      pusher.push(due);
    }
  }

  /** The next in turn; null while nobody is joined. */
  private Peer joinedPusher() {
    for (int i = 0; i < pushers.size(); i++) {
      Peer pusher = pushers.get(next++ % pushers.size());
      if (pusher.isJoined()) {
        return pusher;
      }
    }
    return null;
  }

  /** The sockets that wait for something; none in the end. */
  List<Peer> unfinished() {
    return seats.stream().map(Seat::peer).filter(Peer::isUnfinished).toList();
  }

  @Override
  public void delivered(long due, long now) {
    if (step != null) {
      step.delivered(due, now);
    }
  }

  @Override
  public void acknowledged(long due, long now) {
    if (step != null) {
      step.acknowledged(due, now);
    }
  }

  @Override
  public Future<?> stop() {
    return Future.join(seats.stream().map(seat -> seat.peer().close()).toList()).otherwiseEmpty();
  }
}
