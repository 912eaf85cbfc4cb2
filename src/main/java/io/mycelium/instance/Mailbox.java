package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.instance.thread.WorkerThreads;
import io.mycelium.journal.OwnContext;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The batches on their way to one instance. It handles them a {@link Slice} at a time. Vert.x would
 * keep a worker's thread for as long as there is work; here an instance that took more than a
 * quarter of a thread lately is busy and runs in the {@link WorkerThreads.BusyLane}, a slice each
 * if others wait. An instance over its budget takes a break first. On the instance's thread, save
 * for {@link #fence}.
 */
final class Mailbox {
  /** What handles batches. */
  interface Handler {
    /** Handles what it can of the batch in the slice; returns the time when it was done. */
    long handle(CommandBatch batch, Slice slice, long started);
  }

  private static final int PART = 4;
  private static final long MOST_NANOS = 4 * Slice.NANOS;

  private final ContextInternal context;
  private final WorkerThreads threads;
  private final InstanceStats stats;
  private final BooleanSupplier closed;
  private final Handler handler;
  private final Slice slice = new Slice();
  private final ArrayDeque<CommandBatch> waiting = new ArrayDeque<>(2);

  /** Nanoseconds of work, less a quarter of the time since. */
  private long worked;

  private long workedAt;

  /** When its turn in the lane began. */
  private long turnSince;

  private final AtomicBoolean inLane = new AtomicBoolean();

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
    try {
      while (!waiting.isEmpty() && !closed.getAsBoolean() && mayGoOn(System.nanoTime())) {
        CommandBatch batch = waiting.poll();
        worked = Math.min(MOST_NANOS, worked + handle(batch));
        if (slice.stopped()) {
          waiting.addFirst(rest(batch, slice.stoppedAt()));
        }
      }
    } finally {
      leaveLane();
    }
  }

  private long handle(CommandBatch batch) {
    slice.begin(workedAt);
    return handler.handle(batch, slice, workedAt) - workedAt;
  }

  /** Otherwise it comes back by itself. */
  private boolean mayGoOn(long now) {
    long pause = stats.pause(now);
    if (pause > 0) {
      away = true;
      context.owner().setTimer(pause, ignored -> context.runOnContext(due -> comeBack()));
      return false;
    }
    return !isBusy(now) || !mustWait(now);
  }

  private boolean isBusy(long now) {
    worked = Math.max(0, worked - (now - workedAt) / PART);
    workedAt = now;
    return worked >= Slice.NANOS;
  }

  /** Whether others go first. */
  private boolean mustWait(long now) {
    if (context.threadingModel() != ThreadingModel.WORKER) {
      if (now - turnSince < Slice.NANOS) {
        return false;
      }
      away = true;
      context.runOnContext(ignored -> comeBack());
      return true;
    }
    if (inLane.get()) {
      if (now - turnSince < Slice.NANOS || !threads.areWanted()) {
        return false;
      }
      leaveLane();
    } else if (threads.lane().enter()) {
      entered();
      return false;
    }
    away = true;
    threads.lane().await(() -> context.runOnContext(ignored -> comeBackInLane()));
    return true;
  }

  private void entered() {
    inLane.set(true);
    turnSince = System.nanoTime();
  }

  private void leaveLane() {
    if (inLane.compareAndSet(true, false)) {
      threads.lane().leave();
    }
  }

  /** The instance is stuck: others may have its place. Any thread. */
  void fence() {
    leaveLane();
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
    turnSince = System.nanoTime();
    run();
  }

  private void comeBackInLane() {
    entered();
    comeBack();
  }

  /**
   * How many commands of a batch an instance handles before it lets others have the thread: as many
   * as take 5 ms. The clock is read seldom: before the commands 1, 2, 4 and so on, then before each
   * 32nd. One that never began has no end. For one thread, again and again.
   */
  static final class Slice {
    static final long NANOS = 5_000_000;
    private static final int SOME = 32;
    private static final int NOWHERE = -1;

    private long end;
    private int next = Integer.MAX_VALUE;
    private int stoppedAt = NOWHERE;

    /**
     * The next slice begins.
     *
     * @param now nanoseconds, as of {@link System#nanoTime}
     */
    void begin(long now) {
      end = now + NANOS;
      next = 1;
      stoppedAt = NOWHERE;
    }

    /** Whether to stop before that command of the batch, of which the first has the index 0. */
    boolean isOverBefore(int command) {
      if (command < next) {
        return false;
      }
      next = command < SOME ? 2 * command : command + SOME;
      if (System.nanoTime() - end < 0) {
        return false;
      }
      stoppedAt = command;
      return true;
    }

    /** Whether commands are left of the batch. */
    boolean stopped() {
      return stoppedAt != NOWHERE;
    }

    /** Index of the first command that is left. */
    int stoppedAt() {
      return stoppedAt;
    }
  }
}
