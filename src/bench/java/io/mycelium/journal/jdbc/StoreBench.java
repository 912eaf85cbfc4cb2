package io.mycelium.journal.jdbc;

import io.mycelium.journal.Entry;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many synchronous appends a second a store takes, how long a room of a million entries takes
 * to read from its snapshot and others wait while it is deleted, and how a hundred thousand
 * instances are listed. Arguments: {@code sqlite} or {@code postgresql}, seconds.
 */
public final class StoreBench {
  private static final int INSTANCES = 100;
  private static final int ON_THE_WAY = 600;
  private static final Payload SMALL = Payload.json("{\"text\":\"" + "x".repeat(50) + "\"}");

  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong commitNanos = new AtomicLong();
  private final long[] last = new long[INSTANCES];
  private String url;
  private Store store;

  private StoreBench() {}

  public static void main(String[] args) throws Exception {
    StoreBench bench = new StoreBench();
    int seconds = Integer.parseInt(args[1]);
    if (args[0].equals("sqlite")) {
      bench.run(
          "jdbc:sqlite:" + Files.createTempDirectory(Path.of("target"), "bench") + "/m.db",
          seconds);
    } else {
      try (Postgres postgres = Postgres.start()) {
        bench.run(postgres.newDatabase(), seconds);
      }
    }
    System.exit(0);
  }

  private Store open() {
    return JdbcStore.open(
        StoreRig.config(url),
        new JournalMeters() {
          @Override
          public void committed(int entries, long nanos) {
            commits.incrementAndGet();
            written.addAndGet(entries);
            commitNanos.addAndGet(nanos);
          }
        });
  }

  private void run(String url, int seconds) throws InterruptedException {
    this.url = url;
    store = open();
    for (int i = 0; i < INSTANCES; i++) {
      StoreRig.await(store.instances().create(StoreRig.instance("i" + i)));
    }
    appends(seconds);
    commits.set(0);
    written.set(0);
    commitNanos.set(0);
    System.out.printf("appends/s: %,d%n", appends(seconds));
    System.out.printf(
        "entries/commit: %d, ms/commit: %.2f%n",
        written.get() / commits.get(), commitNanos.get() / 1e6 / commits.get());
    largeRoom();
    replay();
    deletion();
    listing();
    StoreRig.await(store.close());
  }

  private Future<Void> append(int instance, int count) {
    Journal.Append[] entries = new Journal.Append[count];
    for (int n = 0; n < count; n++) {
      Entry entry = new Entry(++last[instance], 1, "push", "user", SMALL);
      entries[n] = StoreRig.append("lobby", "e", entry);
    }
    return store.journal().append("i" + instance, 1, List.of(entries));
  }

  private long appends(int seconds) throws InterruptedException {
    Semaphore free = new Semaphore(ON_THE_WAY);
    long began = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - began < seconds * 1_000_000_000L) {
      free.acquire();
      append((int) (count++ % INSTANCES), 1).onComplete(done -> free.release());
    }
    free.acquire(ON_THE_WAY);
    return (long) (count / ((System.nanoTime() - began) / 1e9));
  }

  /** With a snapshot every 1000 entries, the newest of which is 500 behind the last. */
  private void largeRoom() {
    for (int n = 0; n < 1000; n++) {
      StoreRig.await(append(0, 1000));
      Snapshot snapshot = new Snapshot(last[0] - 500, "e", 1, 0, 0, SMALL);
      StoreRig.await(store.snapshots().save("i0", 1, "lobby", snapshot, Retention.ALL));
    }
  }

  private void replay() {
    StoreRig.await(store.close());
    store = open();
    long began = System.nanoTime();
    Journal.Room room = StoreRig.await(store.journal().rooms("i0")).get("lobby");
    long from = room.snapshot().seq();
    int read = StoreRig.await(store.journal().read("i0", "lobby", from, 1000)).entries().size();
    System.out.printf(
        "replay of a room of %,d entries from its snapshot: %d entries in %d ms%n",
        room.last(), read, millisSince(began));
  }

  private void deletion() {
    long began = System.nanoTime();
    Future<Void> deleted = store.instances().delete("i0");
    long[] waits = new long[1_000_000];
    int count = 0;
    while (!deleted.isComplete() && count < waits.length) {
      long asked = System.nanoTime();
      StoreRig.await(append(1, 1));
      waits[count++] = System.nanoTime() - asked;
    }
    StoreRig.await(deleted);
    long took = System.nanoTime() - began;
    Arrays.sort(waits, 0, count);
    System.out.printf(
        "deletion of 1,000,000 entries: %d ms; %d appends of another meanwhile waited p50 %.1f ms,"
            + " p99 %.1f ms, max %.1f ms%n",
        took / 1_000_000,
        count,
        waits[count / 2] / 1e6,
        waits[count * 99 / 100] / 1e6,
        waits[count - 1] / 1e6);
  }

  private void listing() {
    Future<Boolean> created = null;
    for (int i = 0; i < 100_000; i++) {
      created = store.instances().create(StoreRig.instance("many" + i));
    }
    StoreRig.await(created);
    StoreRig.await(store.close());
    long began = System.nanoTime();
    store = open();
    System.out.printf("open with 100,000 instances: %d ms%n", millisSince(began));
    for (var filter :
        List.of(
            InstanceStore.Filter.ALL,
            new InstanceStore.Filter("chat", null, false),
            new InstanceStore.Filter(null, "nothing like it", null))) {
      began = System.nanoTime();
      int found = StoreRig.await(store.instances().list("many5", 100, filter)).size();
      System.out.printf("list %s: %d in %d ms%n", filter, found, millisSince(began));
    }
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
