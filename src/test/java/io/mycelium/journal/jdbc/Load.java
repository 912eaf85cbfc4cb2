package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Journal;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Appends to some instances, one entry after the other, as long as the journal does not refuse;
 * records the outcome of each append.
 */
final class Load implements AutoCloseable {
  private static final int INSTANCES = 8;
  private static final int IN_FLIGHT = 40;

  private final Store store;
  private final long generation;
  private final long[] sent = new long[INSTANCES];
  private final AtomicLong[] acked = new AtomicLong[INSTANCES];
  private final List<Future<Void>> all = new ArrayList<>();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread = new Thread(this::run, "load");
  private volatile boolean stopping;

  Load(Store store) {
    this(store, 1);
  }

  /**
   * @param generation of the instances that it makes
   */
  Load(Store store, long generation) {
    this.store = store;
    this.generation = generation;
    for (int i = 0; i < INSTANCES; i++) {
      acked[i] = new AtomicLong();
      StoreRig.await(store.instances().create(StoreRig.instance("load" + i)));
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
    Future<Void> done =
        store.journal().append("load" + i, generation, appends("lobby", "e", seq, seq));
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

  /** Waits until so many appends are acknowledged that some of them were made after this call. */
  void awaitMore() {
    long enough = acked() + 2L * INSTANCES * IN_FLIGHT;
    await("so many acknowledgements", () -> acked() >= enough);
  }

  static void await(String what, BooleanSupplier wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + " within 60 s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  /** Sends no more; earlier appends may still be in flight. */
  void stop() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Stops, waits for every answer, and compares the appends with the stored entries: once each, in
   * order.
   */
  void assertAllIsKept() {
    stop();
    StoreRig.await(Future.all(all));
    assertThat(failures).isEmpty();
    for (int i = 0; i < INSTANCES; i++) {
      assertThat(acked[i].get()).isEqualTo(sent[i]);
      Journal.Read kept =
          StoreRig.await(store.journal().read("load" + i, "lobby", 0, Integer.MAX_VALUE));
      assertThat(seqs(kept.entries())).isEqualTo(range(1, sent[i]));
    }
  }

  @Override
  public void close() {
    stop();
  }
}
