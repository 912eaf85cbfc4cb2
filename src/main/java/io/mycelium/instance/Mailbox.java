package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The batches on their way to one instance. It is handled a {@link Slice} at a time: after one, if
 * instances wait for a thread of the pool, this one goes to the end of their queue. Vert.x alone
 * would keep a worker's thread for as long as it has work. An instance over its budget takes a
 * break first. On the instance's thread.
 */
final class Mailbox {
  /** What handles batches. */
  interface Handler {
    /** Handles what it can of the batch in the slice; returns the time when it was done. */
    long handle(CommandBatch batch, Slice slice, long started);
  }

  private final ContextInternal context;
  private final WorkerThreads threads;
  private final InstanceStats stats;
  private final BooleanSupplier closed;
  private final Handler handler;
  private final Slice slice = new Slice();
  private final ArrayDeque<CommandBatch> waiting = new ArrayDeque<>(2);

  /** Nanoseconds of work since others last had a chance. */
  private long worked;

  /** Whether it goes on by itself later. */
  private boolean away;

  /**
   * @param closed whether it takes no more: what is left goes to a successor
   */
  Mailbox(
      OwnContext context,
      WorkerThreads threads,
      InstanceStats stats,
      BooleanSupplier closed,
      Handler handler) {
    this.context = context.vertx();
    this.threads = threads;
    this.stats = stats;
    this.closed = closed;
    this.handler = handler;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(CommandBatch batch) {
    if (closed.getAsBoolean()) {
      return;
    }
    List<Command> commands = batch.commands();
    long bytes = 0;
    for (Command command : commands) {
      bytes += command.payload() == null ? 0 : command.payload().length();
    }
    stats.arrived(batch.waiting(), commands.size(), bytes);
    waiting.add(batch);
    if (!away) {
      run();
    }
  }

  private void run() {
    while (!waiting.isEmpty()) {
      if (closed.getAsBoolean()) {
        waiting.clear();
        return;
      }
      long started = System.nanoTime();
      long pause = stats.pause(started);
      if (pause > 0) {
        away = true;
        context.owner().setTimer(pause, ignored -> context.runOnContext(due -> comeBack()));
        return;
      }
      if (worked >= Slice.NANOS) {
        worked = 0;
        if (letOthers()) {
          return;
        }
      }
      CommandBatch batch = waiting.poll();
      slice.begin(started);
      worked += handler.handle(batch, slice, started) - started;
      if (slice.stopped()) {
        waiting.addFirst(rest(batch, slice.stoppedAt()));
      }
    }
  }

  /** An event loop or a virtual thread goes on with what came meanwhile. */
  private boolean letOthers() {
    if (context.threadingModel() != ThreadingModel.WORKER) {
      away = true;
      context.runOnContext(ignored -> comeBack());
    } else if (threads.areWanted()) {
      away = true;
      threads.afterOthers(() -> context.runOnContext(ignored -> comeBack()));
    }
    return away;
  }

  /** The commands before are applied. */
  private static CommandBatch rest(CommandBatch batch, int from) {
    List<Command> all = batch.commands();
    return new CommandBatch(
        batch.gateway(),
        all.get(from - 1).number(),
        batch.answered(),
        batch.waiting(),
        all.subList(from, all.size()));
  }

  private void comeBack() {
    away = false;
    run();
  }
}
