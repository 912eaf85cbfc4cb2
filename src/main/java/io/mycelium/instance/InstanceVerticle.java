package io.mycelium.instance;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Turn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

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
  private final Commits commits;
  private final KeptTicks ticks;
  private OwnContext own;
  private Handover handover;
  private Instance instance;
  private InstanceControl control;
  private JournalReads questions;
  private Mailbox mailbox;
  private MessageConsumer<CommandBatch> consumer;
  private boolean stopped;
  private boolean leaving;

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
    this.commits = new Commits(services, spec.id(), generation, this::notWritten);
    this.ticks = new KeptTicks(services.store().isShared());
  }

  @Override
  public Future<?> start() {
    own = OwnContext.of(context);
    return new Recovery(services, spec, generation, commits, own, this::watched)
        .recover(handover)
        .compose(this::start);
  }

  private Future<?> start(Handover recovered) {
    handover = null;
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
    control = new InstanceControl(instance, services, admission, commits);
    questions = new JournalReads(services, instance, commits, own, this::answer);
    // Commands after a failed append are left to the successor: their link sends them again.
    BooleanSupplier closed =
        () -> stopped || leaving || commits.isFenced() || commits.written().failed();
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
      if (!commits.isFenced()) {
        stats.end();
      }
    }
    if (commits.isFenced()) {
      throw commits.replaced();
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
    if (recovered.hasMoved()) {
      // What the other node said last may come later, and is not for this generation then.
      recovered.links().forEach(link -> link.replies().repeat(turn));
    }
    try {
      instance.resume(turn);
      commit(turn);
      stats.end(turn, instance);
    } catch (Exception | Error e) {
      crash(e);
    }
  }

  /** Stops with the node, unless it ended before: writes closing snapshots. */
  @Override
  public Future<?> stop() {
    boolean running = !stopped && !commits.isFenced() && instance != null;
    stopped = true;
    if (consumer == null) {
      return Future.succeededFuture();
    }
    Future<Void> quiet = consumer.unregister().eventually(commits::written);
    return own.here(quiet)
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
    commits.fence();
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
    return onContext(answer -> callNow(request, answer));
  }

  private <T> Future<T> onContext(Consumer<Promise<T>> work) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(ignored -> work.accept(answer));
    return answer.future();
  }

  private <T> void callNow(Request<T> request, Promise<T> answer) {
    if (stopped || leaving) {
      answer.fail(new Refusal(ErrorCode.INSTANCE_RESTARTING, "the instance is restarting"));
      return;
    }
    Turn turn = new Turn();
    long started = System.nanoTime();
    stats.begin(services.clock().getAsLong());
    try {
      Future<T> handled = request.handle(control, turn);
      commit(turn);
      commits.written().compose(ignored -> handled).recover(this::inDoubt).onComplete(answer);
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
    return onContext(
        answer -> {
          if (stopped
              || !commits.written().succeeded()
              || !mailbox.isEmpty()
              || !instance.canSleep()) {
            answer.complete(null);
          } else {
            close(Handover::asleep, answer);
          }
        });
  }

  /**
   * Ends this generation so that another node can go on: takes no more, answers what waits for the
   * journal, writes snapshots of its rooms. Never completes if it has ended otherwise. Any thread.
   */
  public Future<Handover> leave() {
    return onContext(
        answer -> {
          leaving = true;
          questions.whenAnswered(() -> leave(answer));
        });
  }

  private void leave(Promise<Handover> answer) {
    if (stopped) {
      return;
    }
    Turn turn = new Turn();
    try {
      instance.flush(turn);
      commit(turn);
      close(left -> left.leaving(instance.spec()), answer);
    } catch (Exception | Error e) {
      crash(e);
    }
  }

  private void close(UnaryOperator<Handover> closed, Promise<Handover> answer) {
    stopped = true;
    Handover left = instance.handOver();
    // Here: else a state would become JSON on the thread that writes the node's journal.
    own.here(commits.written())
        .compose(done -> own.here(snapshots().close(instance)))
        // Nothing may be written once the instance is elsewhere, or known to the store only.
        .compose(done -> own.here(commits.flush()))
        .onSuccess(done -> instance.releaseStates())
        .map(done -> closed.apply(left))
        .otherwise(cause -> commits.written().failed() ? left.withoutStates(instance.spec()) : left)
        .onComplete(answer);
  }

  /**
   * Ends this generation for a restart; completes with the handover once everything is written. Any
   * thread.
   */
  public Future<Handover> retire() {
    return onContext(
        answer -> {
          if (!stopped) {
            end((left, cause) -> answer.complete(left), null);
          }
        });
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
    if (!commits.isFenced() && stats.end(started, now, timed, commands, turn, instance)) {
      services.supervisor().overBudget(spec.id());
    }
    if (timed) {
      services.meters().handlerTime(now - started);
    }
    return now;
  }

  private void commit(Turn turn) {
    for (Turn.Timer timer : turn.timers()) {
      long debt = stats.pause(System.nanoTime());
      vertx.setTimer(Math.max(1, timer.delay().toMillis() + debt), ignored -> onTimer(timer));
    }
    commits.commit(turn);
    ticks.snapshots(turn).forEach(room -> snapshots().take(room));
    turn.questions().forEach(questions::ask);
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
    commits.publish(LinkAnswers.afterFailure(cause, services.store().isShared(), turn));
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
    commits
        .written()
        .onComplete(
            done -> {
              if (done.succeeded()) {
                next.accept(left, cause);
              } else {
                next.accept(
                    left.withoutStates(instance.spec()), cause == null ? done.cause() : cause);
              }
            });
  }
}
