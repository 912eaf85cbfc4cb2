package io.mycelium.testing;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A journal in memory that answers late, on its own thread, or fails an append like a full disk.
 */
public final class TestJournal extends StoreInFront {
  /** The outcome of the next append. */
  public enum Fate {
    KEPT,
    LOST,
    /** Written, but the writer is told that it failed. */
    KEPT_UNKNOWN
  }

  /** An append that waits for the test to let it through. */
  public final class Held {
    private final Promise<Void> done = Promise.promise();
    private final Future<Void> written;

    private Held(Future<Void> written) {
      this.written = written;
    }

    public void release() {
      thread.execute(() -> written.onComplete(done));
    }
  }

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<Fate> next = new AtomicReference<>(Fate.KEPT);
  private final Map<String, Long> failed = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Held> held = new LinkedBlockingQueue<>();
  private volatile boolean holding;
  private volatile long delayMicros;

  public TestJournal(JournalConfig config) {
    super(new MemoryStore(config));
  }

  public void next(Fate fate) {
    next.set(fate);
  }

  /** From now on appends wait for {@link Held#release}. */
  public void hold(boolean on) {
    holding = on;
  }

  /** From now on every answer is delayed by this time and comes from the journal's thread. */
  public void delay(long micros) {
    delayMicros = micros;
  }

  public Held awaitHeld() throws InterruptedException {
    Held first = held.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (first == null) {
      throw new AssertionError("no append came");
    }
    return first;
  }

  @Override
  protected <T> Future<T> pass(Supplier<Future<T>> request) {
    return late(request.get());
  }

  private <T> Future<T> late(Future<T> answer) {
    Promise<T> done = Promise.promise();
    thread.schedule(() -> answer.onComplete(done), delayMicros, TimeUnit.MICROSECONDS);
    return done.future();
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    Fate fate = next.getAndSet(Fate.KEPT);
    if (generation <= failed.getOrDefault(instance, 0L)) {
      return late(Future.failedFuture("an append before this one failed"));
    }
    if (fate != Fate.KEPT) {
      failed.put(instance, generation);
    }
    if (fate == Fate.LOST) {
      return late(Future.failedFuture("the disk is full"));
    }
    Future<Void> written = behind().journal().append(instance, generation, entries);
    if (fate == Fate.KEPT_UNKNOWN) {
      return late(Future.failedFuture("the connection to the disk broke"));
    }
    if (holding) {
      Held each = new Held(written);
      held.add(each);
      return each.done.future();
    }
    return late(written);
  }

  @Override
  public Future<Void> close() {
    thread.shutdownNow();
    return Future.succeededFuture();
  }
}
