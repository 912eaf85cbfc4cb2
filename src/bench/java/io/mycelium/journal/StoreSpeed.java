package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;

import io.mycelium.protocol.Payload;
import io.mycelium.testing.Journals;
import io.mycelium.testing.Postgres;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast a store is, on as many cores as it is given:
 *
 * <pre>
 * taskset -c 0 java -cp CLASSPATH io.mycelium.journal.StoreSpeed sqlite|postgres [appends room start]
 * </pre>
 */
public final class StoreSpeed {
  private static final Logger LOG = LoggerFactory.getLogger("figures");
  private static final Payload SMALL = Payload.json("{\"text\":\"the quick brown fox jumps\"}");
  private static final int ROOM_ENTRIES = 1_000_000;
  private static final int INSTANCES = 100_000;

  private final JournalConfig config;
  private Store store;

  private StoreSpeed(JournalConfig config) {
    this.config = config;
  }

  /** See above; without names, all three. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("."), "store-speed");
    boolean sqlite = args[0].equals("sqlite");
    Postgres postgres = sqlite ? null : Postgres.start();
    List<String> wanted =
        args.length == 1 ? List.of("appends", "room", "start") : Arrays.asList(args);
    try {
      StoreSpeed speed =
          new StoreSpeed(
              sqlite ? Journals.in(folder.resolve("mycelium.db")) : postgres.newDatabase());
      speed.open();
      if (wanted.contains("appends")) {
        speed.appends();
      }
      if (wanted.contains("room")) {
        speed.largeRoom();
      }
      if (wanted.contains("start")) {
        speed.start();
      }
      await(speed.store.close());
    } finally {
      if (postgres != null) {
        postgres.close();
      }
      try (Stream<Path> files = Files.list(folder)) {
        files.forEach(each -> each.toFile().delete());
      }
      Files.delete(folder);
    }
  }

  private void open() {
    long began = System.nanoTime();
    store = JdbcStore.open(config, JournalMeters.NONE);
    LOG.info("{}: opened in {} ms", config, millisSince(began));
  }

  private static double millisSince(long began) {
    return (System.nanoTime() - began) / 10_000 / 100.0;
  }

  private static void register(Store store, String id) {
    await(
        store
            .instances()
            .create(new InstanceStore.Registered(id, id, "shared", "{}", 0, 1, false, null)));
  }

  private static Journal.Append append(long seq) {
    Entry entry = new Entry(seq, 1_795_000_000_000L, "push", "ada", SMALL);
    return new Journal.Append("general", "e", Durability.SYNC, entry);
  }

  /** 500 instances of which each has one append of one entry on the way: about 500 a commit. */
  private void appends() throws InterruptedException {
    int instances = 500;
    for (int i = 0; i < instances; i++) {
      register(store, "i" + i);
    }
    long[] seqs = new long[instances];
    for (int round = 0; round < 6; round++) {
      long before = Arrays.stream(seqs).sum();
      long began = System.nanoTime();
      Semaphore ended = new Semaphore(0);
      for (int i = 0; i < instances; i++) {
        keepAppending(i, seqs, began + TimeUnit.SECONDS.toNanos(5), ended);
      }
      ended.acquire(instances);
      double seconds = (System.nanoTime() - began) / 1e9;
      LOG.info("sync appends: {}/s", Math.round((Arrays.stream(seqs).sum() - before) / seconds));
    }
  }

  private void keepAppending(int i, long[] seqs, long until, Semaphore ended) {
    if (System.nanoTime() > until) {
      ended.release();
      return;
    }
    store
        .journal()
        .append("i" + i, 1, List.of(append(++seqs[i])))
        .onSuccess(ignored -> keepAppending(i, seqs, until, ended))
        .onFailure(
            cause -> {
              LOG.error("append", cause);
              ended.release();
            });
  }

  /** Written with a snapshot every 1000 entries, read back from the newest, deleted. */
  private void largeRoom() {
    register(store, "large");
    register(store, "other");
    long began = System.nanoTime();
    List<Future<Void>> written = new ArrayList<>();
    for (long seq = 1; seq <= ROOM_ENTRIES; seq += 1000) {
      List<Journal.Append> page = new ArrayList<>();
      for (long each = seq; each < seq + 1000; each++) {
        page.add(append(each));
      }
      written.add(store.journal().append("large", 1, page));
      Snapshot snapshot = new Snapshot(seq + 999 - 500, "e", 0, 0, 0, SMALL);
      written.add(store.snapshots().save("large", 1, "general", snapshot, Retention.ALL));
      if (written.size() >= 20) {
        await(Future.all(written));
        written.clear();
      }
    }
    await(Future.all(written));
    LOG.info("{} entries written in {} ms", ROOM_ENTRIES, millisSince(began));
    await(store.close());
    open();
    for (int round = 0; round < 3; round++) {
      began = System.nanoTime();
      Journal.Room room = await(store.journal().rooms("large")).get("general");
      long after = room.snapshot().seq();
      int read = await(store.journal().read("large", "general", after, 1000)).entries().size();
      LOG.info("replay from the snapshot: {} entries, {} ms", read, millisSince(began));
    }
    LOG.info("an append, idle: {}", appendLatency(1, Future.succeededFuture(), 500));
    began = System.nanoTime();
    Future<Void> deleted = store.journal().deleteRoom("large", "general");
    LOG.info("an append, during the deletion: {}", appendLatency(501, deleted, 1));
    LOG.info("deleted in {} ms", millisSince(began));
  }

  /** One after the other, at least so many and until that is done. */
  private String appendLatency(long seq, Future<Void> until, int atLeast) {
    List<Double> millis = new ArrayList<>();
    while (millis.size() < atLeast || !until.isComplete()) {
      long began = System.nanoTime();
      await(store.journal().append("other", 1, List.of(append(seq + millis.size()))));
      millis.add(millisSince(began));
    }
    millis.sort(null);
    int count = millis.size();
    return String.format(
        "%d appends, median %.2f ms, p99 %.2f ms, worst %.2f ms",
        count, millis.get(count / 2), millis.get(count * 99 / 100), millis.get(count - 1));
  }

  private void start() {
    List<Future<Boolean>> made = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      made.add(
          store
              .instances()
              .create(
                  new InstanceStore.Registered("r" + i, "r", "shared", "{}", 0, 1, false, null)));
    }
    await(Future.all(made));
    await(store.close());
    long began = System.nanoTime();
    open();
    long count = await(store.instances().count());
    LOG.info("opened and counted {} instances in {} ms", count, millisSince(began));
    began = System.nanoTime();
    int page = await(store.instances().list("r5", 100, InstanceStore.Filter.ALL)).size();
    LOG.info("a page of {} in {} ms", page, millisSince(began));
  }
}
