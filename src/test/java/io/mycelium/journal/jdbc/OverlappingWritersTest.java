package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.entry;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.Journal;
import io.mycelium.journal.RevocationStore.Revoked;
import io.mycelium.journal.Store;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three nodes write to the same instances, which move all the time, on a real PostgreSQL. */
class OverlappingWritersTest {
  private static final Logger FIGURES = LoggerFactory.getLogger("figures");
  private static final int INSTANCES = 24;
  private static final int THREADS = 4;
  private static final long NANOS = TimeUnit.SECONDS.toNanos(6);

  private final Cluster cluster = new Cluster();
  private final List<Store> stores =
      List.of(cluster.join("n0"), cluster.join("n1"), cluster.join("n2"));
  private final long seed = System.nanoTime();
  private final long until = System.nanoTime() + NANOS;

  /** By instance, the sequence of the last entry that was acknowledged. */
  private final Map<String, AtomicLong> acked = new ConcurrentHashMap<>();

  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong fenced = new AtomicLong();
  private final AtomicLong moves = new AtomicLong();

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void nobodyWaitsInACircleAndNoAcknowledgedEntryIsLostOrDoubled() throws Exception {
    FIGURES.info("overlapping writers: seed {}", seed);
    for (int i = 0; i < INSTANCES; i++) {
      acked.put("i" + i, new AtomicLong());
      Cluster.create(stores.get(i % 3), "i" + i);
    }
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3 * THREADS; i++) {
      int part = i / 3;
      Store store = stores.get(i % 3);
      String me = "n" + i % 3;
      Random random = new Random(seed + i);
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < until) {
                  step(store, me, part, random);
                }
              });
      thread.setUncaughtExceptionHandler(
          (failing, cause) -> {
            synchronized (failures) {
              failures.add(cause);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).as("seed %d", seed).isEmpty();
    for (String id : acked.keySet()) {
      List<Long> kept =
          seqs(await(stores.get(0).journal().read(id, "lobby", 0, 1_000_000)).entries());
      assertThat(kept).as("%s, seed %d", id, seed).isEqualTo(range(1, kept.size()));
      assertThat((long) kept.size())
          .as("%s, seed %d", id, seed)
          .isGreaterThanOrEqualTo(acked.get(id).get());
    }
    FIGURES.info(
        "three writers for {} s: {} entries, {} claims, {} writes fenced off",
        TimeUnit.NANOSECONDS.toSeconds(NANOS),
        entries,
        moves,
        fenced);
    assertThat(moves.get()).isGreaterThan(10);
    assertThat(deadlocks()).isZero();
  }

  private long deadlocks() throws Exception {
    // Sessions report their counts when they end, at the latest.
    cluster.close();
    return cluster.number(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
  }

  private void step(Store store, String me, int part, Random random) {
    String id = "i" + random.nextInt(INSTANCES);
    switch (random.nextInt(16)) {
      case 0 -> settle(store.nodes().claim(List.of(id, other(random), other(random))));
      case 1 -> move(store, id, "n" + random.nextInt(3));
      case 2 -> {
        // In any order in one transaction: new instances, deletions, revocations.
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String made = "x" + random.nextInt(12);
          all.add(
              random.nextBoolean()
                  ? store.instances().create(instance(made))
                  : store.instances().delete(made));
          all.add(store.revocations().add(revoked(random), 1000));
        }
        all.forEach(this::settle);
      }
      default -> write(store, me, part, random);
    }
  }

  private static String other(Random random) {
    return "i" + random.nextInt(INSTANCES);
  }

  private static Revoked revoked(Random random) {
    return new Revoked(null, null, "u" + random.nextInt(6), random.nextInt(9), Long.MAX_VALUE);
  }

  private void move(Store store, String id, String to) {
    Claim claim = await(store.nodes().owner(id));
    if (settle(store.nodes().handOver(id, claim.generation(), to))) {
      moves.incrementAndGet();
    }
  }

  /**
   * Entries of many instances at once, in any order, as a node that owns them or believes so; each
   * instance is one thread's on each node.
   */
  private void write(Store store, String me, int part, Random random) {
    List<Future<?>> all = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = part; i < INSTANCES; i += THREADS) {
      ids.add("i" + i);
    }
    Collections.shuffle(ids, random);
    for (String id : ids) {
      Claim claim = await(store.nodes().owner(id));
      boolean believes = random.nextInt(20) == 0;
      if (me.equals(claim.owner()) || believes) {
        all.add(write(store, id, claim.generation()));
      }
    }
    all.forEach(this::settle);
  }

  private Future<Void> write(Store store, String id, long generation) {
    long last = lastOf(store, id);
    long next = last + 1;
    Journal.Append entry = append("lobby", "e", entry(next));
    return store
        .journal()
        .append(id, generation, List.of(entry))
        .onSuccess(
            done -> {
              entries.incrementAndGet();
              acked.get(id).accumulateAndGet(next, Math::max);
            });
  }

  private static long lastOf(Store store, String id) {
    Journal.Read read = await(store.journal().readBefore(id, "lobby", Long.MAX_VALUE, 1));
    return read.entries().isEmpty() ? 0 : read.entries().get(0).seq();
  }

  /** Whether it was done; it may have been fenced off, or have come too late. */
  private boolean settle(Future<?> future) {
    try {
      future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Fenced) {
        fenced.incrementAndGet();
      } else if (!(e.getCause() instanceof Refusal)) {
        throw new AssertionError("seed " + seed, e.getCause());
      }
      return false;
    } catch (Exception e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
