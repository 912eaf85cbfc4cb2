package io.mycelium.instance;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.instance.thread.OwnContext;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Turn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One generation of an instance: takes command batches and control requests from the bus, feeds
 * them to the {@link Instance}, writes the resulting entries to the journal and then publishes the
 * turn. An exception ends the generation: the deployer starts the next one with the handover.
 */
public final class InstanceVerticle extends VerticleBase {
  private final InstanceServices services;
  private final InstanceStats stats;
  private final long generation;
  private final InstanceSpec spec;
  private final KeptTicks ticks;
  private Handover handover;
  private Instance instance;
  private InstanceControl control;
  private JournalReads questions;
  private Mailbox mailbox;
  private MessageConsumer<CommandBatch> consumer;
  private final AtomicLong published = new AtomicLong();
  private Future<Void> written = Future.succeededFuture();
  private boolean stopped;
  private volatile boolean fenced;

  public InstanceVerticle(
      InstanceServices services,
      InstanceSpec spec,
      long generation,
      Handover handover,
      InstanceStats stats) {
    this.services = services;
    this.spec = spec;
    this.generation = generation;
    this.handover = handover;
    this.stats = stats;
    this.ticks = new KeptTicks(services.store().isShared());
  }

  @Override
  public Future<?> start() {
    return new Recovery(services, spec, generation, OwnContext.of(context), this::watched)
        .recover(handover)
        .compose(this::start);
  }

  private Future<?> start(Handover recovered) {
    handover = null;
    OwnContext own = OwnContext.of(context);
    Admission admission =
        Admission.of(
            services,
            stats.account(generation, services.states(), services.config().instanceStateBytes()));
    instance =
        watched(
            () ->
                new Instance(
                    spec,
                    services.types(),
                    services.clock(),
                    services.config().presenceInterval(),
                    admission,
                    recovered));
    control = new InstanceControl(instance, generation, services, admission);
    questions = new JournalReads(services, instance, generation, own, this::answer);
    // Commands after a failed append are left to the successor: their link sends them again.
    BooleanSupplier closed = () -> stopped || fenced || written.failed();
    mailbox = new Mailbox(own, services.threads(), stats, closed, this::handle);
    consumer =
        vertx
            .eventBus()
            .localConsumer(Addresses.commands(spec.id()), message -> mailbox.add(message.body()));
    return consumer.completion().onSuccess(ignored -> announce(recovered));
  }

  /**
   * Runs logic so that a stuck call is noticed, and stops after it once the generation was given
   * up.
   */
  private <T> T watched(Supplier<T> logic) {
    stats.begin(services.clock().getAsLong());
    T made;
    try {
      made = logic.get();
    } finally {
      if (!fenced) {
        stats.end();
      }
    }
    if (fenced) {
      throw replaced();
    }
    return made;
  }

  /** Links send un-acked commands again once they learn of the new generation. */
  private void announce(Handover recovered) {
    Turn turn = new Turn();
    if (recovered.truncated()) {
      turn.item(
          new Outbound.Failed(
              "earlier messages are gone from the journal; join again for what is left"));
    }
    turn.item(new Outbound.Running(instance.applied()));
    try {
      instance.resume(turn);
      commit(turn);
    } catch (Exception | Error e) {
      crash(e);
    }
  }

  /** Stops with the node, unless it ended before: writes closing snapshots. */
  @Override
  public Future<?> stop() {
    boolean running = !stopped && !fenced && instance != null;
    stopped = true;
    if (consumer == null) {
      return Future.succeededFuture();
    }
    Future<Void> quiet = consumer.unregister().eventually(() -> written);
    return ((ContextInternal) context)
        .<Void>future(quiet::onComplete)
        .eventually(() -> running ? snapshots().close(instance) : Future.succeededFuture());
  }

  private Snapshots snapshots() {
    return new Snapshots(vertx, services, spec.id(), generation);
  }

  /**
   * Cuts this generation off from journal and bus, even while its logic is stuck: its later output
   * is neither written nor published, and its successor gets all commands. Any thread.
   */
  public void fence() {
    fenced = true;
    if (consumer != null) {
      mailbox.fence();
      consumer.unregister();
    }
  }

  /** A request of the deployer. */
  public interface Request<T> {
    /**
     * @throws Refusal if the request cannot be served
     */
    Future<T> handle(InstanceControl control, Turn turn);
  }

  /**
   * Runs a request on the instance's thread; completes once its entries are written. Any thread.
   */
  public <T> Future<T> call(Request<T> request) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(ignored -> callNow(request, answer));
    return answer.future();
  }

  private <T> void callNow(Request<T> request, Promise<T> answer) {
    if (stopped) {
      answer.fail(new Refusal(ErrorCode.INSTANCE_RESTARTING, "the instance is restarting"));
      return;
    }
    Turn turn = new Turn();
    long started = System.nanoTime();
    stats.begin(services.clock().getAsLong());
    try {
      Future<T> handled = request.handle(control, turn);
      commit(turn);
      written.compose(ignored -> handled).recover(this::inDoubt).onComplete(answer);
    } catch (Refusal refusal) {
      answer.fail(refusal);
    } catch (Exception | Error e) {
      answer.fail(
          new Refusal(
              ErrorCode.INSTANCE_CRASHED, "the room's logic failed; the instance restarts"));
      crash(e);
    } finally {
      ended(turn, turn.isTimed(), 0, started);
    }
  }

  private <T> Future<T> inDoubt(Throwable cause) {
    return Future.failedFuture(
        cause instanceof Refusal ? cause : new Refusal(ErrorCode.INSTANCE_CRASHED, Turn.IN_DOUBT));
  }

  /**
   * Ends this generation because it is idle: writes snapshots of its rooms.
   *
   * @return what stays in memory, or null if the instance is not idle and goes on; any thread
   */
  public Future<Handover> sleep() {
    Promise<Handover> answer = Promise.promise();
    context.runOnContext(
        ignored -> {
          if (stopped || !written.succeeded() || !mailbox.isEmpty() || !instance.canSleep()) {
            answer.complete(null);
            return;
          }
          stopped = true;
          Handover left = instance.handOver();
          snapshots()
              .close(instance)
              .onSuccess(done -> instance.releaseStates())
              .onComplete(done -> answer.complete(done.succeeded() ? left.asleep() : left));
        });
    return answer.future();
  }

  /**
   * Ends this generation for a restart; completes with the handover once everything is written. Any
   * thread.
   */
  public Future<Handover> retire() {
    Promise<Handover> answer = Promise.promise();
    context.runOnContext(
        ignored -> {
          if (!stopped) {
            end((left, cause) -> answer.complete(left), null);
          }
        });
    return answer.future();
  }

  private long handle(CommandBatch batch, Mailbox.Slice slice, long started) {
    stats.begin(services.clock().getAsLong());
    Turn turn = new Turn();
    Throwable crash = instance.handle(batch, slice, turn);
    commit(turn);
    int count = slice.stopped() ? slice.stoppedAt() : batch.commands().size();
    long ended = ended(turn, true, count, started);
    if (crash != null) {
      crash(crash);
    }
    return ended;
  }

  private void onTimer(Turn.Timer timer) {
    if (stopped) {
      return;
    }
    long started = System.nanoTime();
    Turn turn = new Turn();
    stats.begin(services.clock().getAsLong());
    try {
      instance.timer(timer, turn);
      commit(turn);
    } catch (Exception | Error e) {
      crash(e);
    } finally {
      ended(turn, false, 0, started);
    }
  }

  /**
   * The figures do not belong to a generation that was given up.
   *
   * @param timed whether it was about messages, of which that many were commands in the mailbox
   * @return the time now, as of {@link System#nanoTime}
   */
  private long ended(Turn turn, boolean timed, int commands, long started) {
    long now = System.nanoTime();
    if (!fenced && stats.end(started, now, timed, commands, turn, instance)) {
      services.supervisor().overBudget(spec.id());
    }
    if (timed) {
      services.meters().handlerTime(now - started);
    }
    return now;
  }

  /**
   * Batches are published in the order of their commits, each once its entries are written:
   * publishing is part of the chain, so that a later batch cannot overtake on another thread.
   */
  private void commit(Turn turn) {
    for (Turn.Timer timer : turn.timers()) {
      long debt = stats.pause(System.nanoTime());
      vertx.setTimer(Math.max(1, timer.delay().toMillis() + debt), ignored -> onTimer(timer));
    }
    Future<Void> writing = write(turn);
    Future<Void> before = turn.isSync() ? writing : Future.succeededFuture();
    Future<Void> ready = written.succeeded() ? before : written.compose(ignored -> before);
    if (ready.succeeded()) {
      publish(turn.items());
    } else {
      written = ready.map(ignored -> publish(turn.items()));
      written.onFailure(cause -> notWritten(turn, cause));
    }
    if (!turn.isSync() && !writing.succeeded()) {
      writing.onFailure(cause -> notWritten(turn, cause));
    }
    ticks.snapshots(turn).forEach(room -> snapshots().take(room));
    turn.questions().forEach(questions::ask);
  }

  private IllegalStateException replaced() {
    return new IllegalStateException("generation " + generation + " was replaced");
  }

  /** Entries go to the journal at once, which writes them in this order, many turns at a time. */
  private Future<Void> write(Turn turn) {
    if (fenced) {
      return Future.failedFuture(replaced());
    }
    Journal journal = services.store().journal();
    Future<Void> done = Future.succeededFuture();
    if (!turn.appends().isEmpty()) {
      services.meters().entriesAppended(turn.appends().size());
      done = journal.append(spec.id(), generation, turn.appends());
    }
    String room = turn.removedRoom();
    return room == null ? done : done.compose(ignored -> journal.deleteRoom(spec.id(), room));
  }

  private Void publish(List<Outbound> items) {
    if (!fenced) {
      services
          .publisher()
          .publish(new DeliveryBatch(spec.id(), generation, published.incrementAndGet(), items));
    }
    return null;
  }

  /** A lookup is done; its answer comes after all earlier messages. */
  private void answer(JournalReads.Answer answer) {
    if (stopped) {
      return;
    }
    Turn turn = new Turn();
    try {
      answer.write(turn);
      commit(turn);
    } catch (Exception | Error e) {
      crash(e);
    }
  }

  /** The state before the push goes to the successor, once earlier entries are written. */
  private void crash(Throwable cause) {
    end(
        (left, failure) -> services.supervisor().crashed(spec.id(), generation, failure, left),
        cause);
  }

  /**
   * Whether the entries were written is unknown: waiting clients are told so, and the successor
   * reads the journal.
   */
  private void notWritten(Turn turn, Throwable cause) {
    publish(LinkAnswers.afterFailure(cause, services.store().isShared(), turn));
    crashLater(cause);
  }

  /** Ends this generation as a crash does, once its logic returns. Any thread. */
  public void crashLater(Throwable cause) {
    context.runOnContext(
        ignored -> {
          if (!stopped) {
            crash(cause);
          }
        });
  }

  /** Takes no more commands; the handover follows once the outcome of all writes is known. */
  private void end(BiConsumer<Handover, Throwable> next, Throwable cause) {
    stopped = true;
    Handover left = instance.handOver();
    written.onComplete(
        done -> {
          if (done.succeeded()) {
            next.accept(left, cause);
          } else {
            next.accept(left.withoutStates(spec), cause == null ? done.cause() : cause);
          }
        });
  }
}
