package io.mycelium.instance;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Map;

/**
 * One generation of an instance: takes command batches and control requests from the bus, feeds
 * them to the {@link Instance}, writes what came of it to the journal and, once that is done,
 * publishes it. A throw ends the generation: the deployer starts the next with what this one hands
 * over.
 */
final class InstanceVerticle extends VerticleBase {
  private final Node node;
  private final InstanceStats stats;
  private final long generation;
  private final InstanceSpec spec;
  private Handover handover;
  private Instance instance;
  private InstanceControl control;
  private MessageConsumer<CommandBatch> consumer;
  private Future<Void> written = Future.succeededFuture();
  private boolean stopped;

  InstanceVerticle(
      Node node, InstanceSpec spec, long generation, Handover handover, InstanceStats stats) {
    this.node = node;
    this.spec = spec;
    this.generation = generation;
    this.handover = handover;
    this.stats = stats;
  }

  @Override
  public Future<?> start() {
    return new Recovery(node.journal()).recover(spec, handover).compose(this::start);
  }

  private Future<?> start(Handover recovered) {
    handover = null;
    instance =
        new Instance(spec, node.types(), node.clock(), node.config().presenceInterval(), recovered);
    control = new InstanceControl(instance, node.journal(), node.clock());
    consumer = vertx.eventBus().consumer(Addresses.commands(spec.id()), this::onBatch);
    return consumer.completion().onSuccess(ignored -> announce());
  }

  /** Links send what the predecessor left un-acked once they hear of the new generation. */
  private void announce() {
    Turn turn = new Turn();
    Map<String, Long> applied = instance.applied();
    turn.item(new Outbound.Running(applied));
    instance.resume(turn);
    commit(turn);
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    return consumer == null
        ? Future.succeededFuture()
        : consumer.unregister().eventually(() -> written);
  }

  /** A request of the deployer. */
  interface Request<T> {
    /**
     * @throws Refusal if it cannot be done
     */
    Future<T> handle(InstanceControl control, Turn turn);
  }

  /**
   * Carries a request out on the instance's thread; completes once what came of it is written. Any
   * thread.
   */
  <T> Future<T> call(Request<T> request) {
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
    try {
      Future<T> handled = request.handle(control, turn);
      commit(turn);
      written.compose(ignored -> handled).onComplete(answer);
    } catch (Refusal refusal) {
      answer.fail(refusal);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      answer.fail(
          new Refusal(
              ErrorCode.INSTANCE_CRASHED, "the room's logic failed; the instance restarts"));
      crash(e);
    }
  }

  /**
   * Ends this generation for a restart; completes with what the successor takes over once all is
   * written.
   */
  Future<Handover> retire() {
    return call(
        (ignored, turn) -> {
          Handover left = instance.handOver(turn);
          stopped = true;
          return Future.succeededFuture(left);
        });
  }

  private void onBatch(Message<CommandBatch> message) {
    if (stopped) {
      return;
    }
    CommandBatch batch = message.body();
    long bytes = 0;
    for (Command command : batch.commands()) {
      bytes += command.payload() == null ? 0 : command.payload().length();
    }
    int count = batch.commands().size();
    stats.begin(node.clock().getAsLong(), batch.waiting(), count, bytes);
    long started = System.nanoTime();
    Turn turn = new Turn();
    Throwable crash = instance.handle(batch, turn);
    finish(turn, started, count);
    if (crash != null) {
      crash(crash);
    }
  }

  private void finish(Turn turn, long started, int commands) {
    commit(turn);
    long nanos = System.nanoTime() - started;
    stats.end(nanos, commands, turn, instance);
    node.meters().handlerTime(nanos);
  }

  private void onTimer(Turn.Timer timer) {
    if (stopped) {
      return;
    }
    Turn turn = new Turn();
    try {
      instance.timer(timer.room(), timer.kind(), turn);
      commit(turn);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      crash(e);
    }
  }

  /**
   * Batches are published in the order in which they were committed, each once its entries are
   * written.
   */
  private void commit(Turn turn) {
    for (Turn.Timer timer : turn.timers()) {
      vertx.setTimer(Math.max(1, timer.delay().toMillis()), ignored -> onTimer(timer));
    }
    turn.refills().forEach(this::refill);
    DeliveryBatch batch = new DeliveryBatch(spec.id(), generation, turn.items());
    if (turn.appends().isEmpty()) {
      written.onSuccess(ignored -> node.publisher().publish(batch));
      return;
    }
    node.meters().entriesAppended(turn.appends().size());
    written =
        written.compose(ignored -> node.journal().append(spec.id(), generation, turn.appends()));
    written
        .onSuccess(ignored -> node.publisher().publish(batch))
        .onFailure(cause -> context.runOnContext(ignored -> journalFailed(cause)));
  }

  private void refill(Turn.Refill refill) {
    Outbound done =
        new Outbound.Reply(refill.gateway(), refill.command().number(), null, null, null, 0);
    written
        .compose(ignored -> control.refill(refill))
        .onSuccess(
            missed ->
                node.publisher()
                    .publish(new DeliveryBatch(spec.id(), generation, List.of(missed, done))));
  }

  /** The state before the push goes to the successor, once what came before it is written. */
  private void crash(Throwable cause) {
    Turn turn = new Turn();
    Handover left = instance.handOver(turn);
    commit(turn);
    stopped = true;
    written.onSuccess(ignored -> node.supervisor().crashed(spec.id(), generation, cause, left));
  }

  /**
   * Whether the entries were written is unknown: the successor takes the rooms from the journal.
   */
  private void journalFailed(Throwable cause) {
    if (!stopped) {
      stopped = true;
      Handover left = instance.handOver(new Turn());
      node.supervisor().crashed(spec.id(), generation, cause, left.withoutStates());
    }
  }
}
