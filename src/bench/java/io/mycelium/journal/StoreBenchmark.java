package io.mycelium.journal;

import io.mycelium.protocol.Payload;
import io.mycelium.testing.Journals;
import io.mycelium.testing.Postgres;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the JDBC store does on the machine it runs on. Prints figures; docs/performance.md has the
 * commands.
 *
 * <pre>
 *   appends DB [instances] [each] [seconds]   sync appends a second, so many on the way of each
 *   delete DB [entries]                       how late appends are while such a room is deleted
 *   open DB [instances]                       how long it takes to open with so many registered
 *   replay DB [entries]                       how long it takes to find the end of such a room
 * </pre>
 *
 * <p>DB is {@code sqlite}, a file that is made in the working directory, or {@code postgresql}, a
 * server of its own that is started for it.
 */
public final class StoreBenchmark {
  private static final Payload PAYLOAD =
      Payload.json("{\"text\":\"the quick brown fox jumps over the lazy dog\"}");
  private static final int CHUNK = 1000;

  private final JournalConfig config;
  private final Commits commits = new Commits();

  private StoreBenchmark(JournalConfig config) {
    this.config = config;
  }

  /** Counts what the writer commits; on its thread. */
  private static final class Commits implements JournalMeters {
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public void committed(int added, long took) {
      number.incrementAndGet();
      entries.addAndGet(added);
      nanos.addAndGet(took);
    }

    void reset() {
      number.set(0);
      entries.set(0);
      nanos.set(0);
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 2) {
      throw new IllegalArgumentException(
          "arguments are " + Arrays.toString(args) + ", expected (appends|delete|open|replay) DB");
    }
    StoreBenchmark benchmark = new StoreBenchmark(database(args[1]));
    int[] numbers = Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray();
    switch (args[0]) {
      case "appends" ->
          benchmark.appends(number(numbers, 0, 200), number(numbers, 1, 3), number(numbers, 2, 5));
      case "delete" -> benchmark.delete(number(numbers, 0, 1_000_000));
      case "open" -> benchmark.openWith(number(numbers, 0, 100_000));
      case "replay" -> benchmark.replay(number(numbers, 0, 1_000_000));
      default -> throw new IllegalArgumentException("no benchmark " + args[0]);
    }
  }

  private static JournalConfig database(String name) throws IOException {
    return switch (name) {
      case "sqlite" ->
          Journals.in(Files.createTempDirectory(Path.of("."), "bench").resolve("mycelium.db"));
      case "postgresql" -> Postgres.start().newDatabase();
      default ->
          throw new IllegalArgumentException(
              "database is " + name + ", expected sqlite or postgresql");
    };
  }

  private static int number(int[] numbers, int index, int otherwise) {
    return index < numbers.length ? numbers[index] : otherwise;
  }

  private JdbcStore open() {
    return JdbcStore.open(config, commits);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.MINUTES);
  }

  private static String register(JdbcStore store, String id) throws Exception {
    await(
        store
            .instances()
            .create(
                new InstanceStore.Registered(
                    id, id, "accumulative", "{}", System.currentTimeMillis(), 1, false, null)));
    return id;
  }

  private static List<Journal.Append> entries(long from, int number) {
    List<Journal.Append> entries = new ArrayList<>(number);
    for (long seq = from; seq < from + number; seq++) {
      Entry entry = new Entry(seq, System.currentTimeMillis(), "push", "ada", PAYLOAD);
      entries.add(new Journal.Append("lobby", "epoch", Durability.SYNC, entry));
    }
    return entries;
  }

  private static String fresh(String name, int number) {
    return name + "-" + Long.toString(System.nanoTime(), 36) + "-" + number;
  }

  /** Appends to a room of its own, the next entry when one is kept. */
  private static final class Appender {
    private final JdbcStore store;
    private final String instance;
    private final Phaser onTheWay = new Phaser(1);
    private final List<Long> latencies = new ArrayList<>();
    private long seq;
    private volatile boolean stopping;

    Appender(JdbcStore store, String instance) {
      this.store = store;
      this.instance = instance;
    }

    synchronized void next() {
      onTheWay.register();
      long began = System.nanoTime();
      store
          .journal()
          .append(instance, 1, entries(++seq, 1))
          .onComplete(done -> appended(began, done.cause()));
    }

    private void appended(long began, Throwable cause) {
      latencies.add(System.nanoTime() - began);
      if (cause != null) {
        throw new IllegalStateException(instance + " was not appended to", cause);
      }
      if (!stopping) {
        next();
      }
      onTheWay.arriveAndDeregister();
    }

    void stop() {
      stopping = true;
    }

    List<Long> latencies() {
      onTheWay.arriveAndAwaitAdvance();
      return latencies;
    }
  }

  private static List<Appender> start(JdbcStore store, int number, int each) throws Exception {
    List<Appender> appenders = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      appenders.add(new Appender(store, register(store, fresh("appender", i))));
    }
    for (int i = 0; i < each; i++) {
      appenders.forEach(Appender::next);
    }
    return appenders;
  }

  private static long[] stop(List<Appender> appenders) {
    appenders.forEach(Appender::stop);
    List<Long> all = new ArrayList<>();
    for (Appender each : appenders) {
      all.addAll(each.latencies());
    }
    return all.stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private static String figures(long[] sorted) {
    return String.format(
        "p50 %.2f ms, p99 %.2f ms, longest %.2f ms",
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6,
        sorted[sorted.length - 1] / 1e6);
  }

  private void appends(int instances, int each, int seconds) throws Exception {
    JdbcStore store = open();
    List<Appender> appenders = start(store, instances, each);
    for (int round = 1; round <= 3; round++) {
      commits.reset();
      long began = System.nanoTime();
      TimeUnit.SECONDS.sleep(seconds);
      double took = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          "round %d: %,.0f appends/s, %.0f a commit, %.2f ms a commit%n",
          round,
          commits.entries.get() / took,
          (double) commits.entries.get() / commits.number.get(),
          commits.nanos.get() / 1e6 / commits.number.get());
    }
    System.out.println(figures(stop(appenders)));
    await(store.close());
  }

  private static String fill(JdbcStore store, int entries) throws Exception {
    String instance = register(store, fresh("large", 0));
    for (long seq = 1; seq <= entries; seq += CHUNK) {
      await(store.journal().append(instance, 1, entries(seq, CHUNK)));
    }
    return instance;
  }

  private void delete(int entries) throws Exception {
    JdbcStore store = open();
    String instance = fill(store, entries);
    List<Appender> undisturbed = start(store, 20, 1);
    TimeUnit.SECONDS.sleep(5);
    System.out.println("undisturbed: " + figures(stop(undisturbed)));
    List<Appender> appenders = start(store, 20, 1);
    long began = System.nanoTime();
    await(store.journal().deleteRoom(instance, "lobby"));
    double took = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "while %,d entries were deleted in %.1f s: %s%n", entries, took, figures(stop(appenders)));
    await(store.close());
  }

  private void openWith(int instances) throws Exception {
    JdbcStore store = open();
    Future<?> last = Future.succeededFuture();
    for (int i = 0; i < instances; i++) {
      String id = fresh("registered", i);
      last =
          store
              .instances()
              .create(
                  new InstanceStore.Registered(
                      id, "name " + i, "accumulative", "{\"rooms\":{}}", i, 1, false, null));
    }
    await(last);
    await(store.close());
    long began = System.nanoTime();
    store = open();
    long opened = System.nanoTime();
    long number = await(store.instances().count());
    long counted = System.nanoTime();
    await(store.instances().list("", 100, InstanceStore.Filter.ALL));
    long listed = System.nanoTime();
    await(store.instances().list("", 100, new InstanceStore.Filter(null, "no such name", null)));
    long searched = System.nanoTime();
    System.out.printf(
        "%,d instances: opened in %d ms, counted in %d ms, 100 listed in %d ms,"
            + " all searched by name in %d ms%n",
        number,
        (opened - began) / 1_000_000,
        (counted - opened) / 1_000_000,
        (listed - counted) / 1_000_000,
        (searched - listed) / 1_000_000);
    await(store.close());
  }

  private void replay(int entries) throws Exception {
    JdbcStore store = open();
    String instance = fill(store, entries);
    long covered = entries - CHUNK;
    Snapshot snapshot = new Snapshot(covered, "epoch", 0, 0, 0, PAYLOAD);
    await(store.snapshots().save(instance, 1, "lobby", snapshot, Retention.ALL));
    await(store.journal().fence(instance, 2));
    for (int i = 1; i <= 5; i++) {
      long began = System.nanoTime();
      Journal.Room room = await(store.journal().rooms(instance)).get("lobby");
      int read =
          await(store.journal().read(instance, "lobby", room.snapshot().seq(), CHUNK))
              .entries()
              .size();
      System.out.printf(
          "%,d entries: found and read the last %d in %.1f ms%n",
          entries, read, (System.nanoTime() - began) / 1e6);
    }
    await(store.close());
  }
}
