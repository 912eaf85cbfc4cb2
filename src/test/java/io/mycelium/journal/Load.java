package io.mycelium.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Appends to some instances, one entry after the other, as long as the journal does not refuse; and
 * knows what it was told of each.
 */
final class Load implements AutoCloseable {
  private static final int INSTANCES = 8;
  private static final int IN_FLIGHT = 40;

  private final Store store;
  private final long[] sent = new long[INSTANCES];
  private final AtomicLong[] acked = new AtomicLong[INSTANCES];
  private final List<Future<Void>> all = new ArrayList<>();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread = new Thread(this::run, "load");
  private volatile boolean stopping;

  Load(Store store) {
    this.store = store;
    for (int i = 0; i < INSTANCES; i++) {
      acked[i] = new AtomicLong();
      Samples.register(store, "load" + i);
    }
    thread.start();
    awaitMore();
  }

  private void run() {
    while (!stopping) {
      boolean idle = true;
      for (int i = 0; i < INSTANCES && !stopping; i++) {
        if (sent[i] - acked[i].get() < IN_FLIGHT && store.journal().refusal() == null) {
          push(i);
          idle = false;
        }
      }
      if (idle) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private void push(int i) {
    long seq = ++sent[i];
    Future<Void> done = store.journal().append("load" + i, 1, Samples.appends(seq, seq));
    done.onFailure(failures::add);
    done.onSuccess(
        ignored -> {
          if (!acked[i].compareAndSet(seq - 1, seq)) {
            failures.add(new AssertionError(seq + " was acknowledged behind " + acked[i]));
          }
        });
    all.add(done);
  }

  private long acked() {
    long sum = 0;
    for (AtomicLong each : acked) {
      sum += each.get();
    }
    return sum;
  }

  /** Waits until so much was acknowledged that some of it was asked for after this call. */
  void awaitMore() {
    long enough = acked() + 2L * INSTANCES * IN_FLIGHT;
    await("so many acknowledgements", () -> acked() >= enough);
  }

  static void await(String what, BooleanSupplier wanted) {
    long deadline = System.nanoTime() + 2 * TestNode.PATIENCE.toNanos();
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  /** Sends no more; what was sent may still be under way. */
  void stop() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops, waits for every answer, and compares it all with what is kept. */
  void assertAllIsKept() {
    stop();
    TestNode.await(Future.all(all));
    assertKept(store);
    for (int i = 0; i < INSTANCES; i++) {
      assertThat(acked[i].get()).isEqualTo(sent[i]);
    }
  }

  /** Likewise where the store was closed before all could be written. */
  void assertKeptAfterFailures(Store reopened) {
    failures.removeIf(each -> String.valueOf(each.getMessage()).contains("closed"));
    assertKept(reopened);
  }

  /** What was acknowledged is there, gapless and once; more may be. */
  private void assertKept(Store reopened) {
    assertThat(failures).isEmpty();
    for (int i = 0; i < INSTANCES; i++) {
      List<Entry> kept = Samples.kept(reopened, "load" + i);
      assertThat(kept).isEqualTo(Samples.entries(1, kept.size()));
      assertThat((long) kept.size()).isBetween(acked[i].get(), sent[i]);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
