package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What a PostgreSQL with many entries costs that one with few does not: 10,000 instances of one
 * room, filled in turns of 100 entries each, by a node of a cluster. Arguments: entries in all, in
 * millions, and the minutes after which fewer have to do.
 */
public final class FullTableBench {
  private static final int INSTANCES = 10_000;
  private static final int TURN = 100;
  private static final String BODY = "{\"text\":\"" + "x".repeat(80) + "\"}";
  private static final long GENERATION = Claim.nextTerm(0);
  private static final String FILL =
      "INSERT INTO entries (instance, room, seq, generation, at, event, usr, kind, payload, size,"
          + " link, number) SELECT 'i' || i, 'lobby', s, "
          + GENERATION
          + ", 1000 + s, 'push', 'user' || i % 97, 0,"
          + " convert_to(?, 'UTF8'), 1, 'link-' || i % 12, s"
          + " FROM generate_series(?, ?) s, generate_series(0, ?) i ON CONFLICT DO NOTHING";

  private final SplittableRandom random = new SplittableRandom(1);
  private final Postgres postgres;
  private final String url;
  private JdbcStore store;
  private long kept;

  private FullTableBench(Postgres postgres) {
    this.postgres = postgres;
    this.url = postgres.newDatabase();
  }

  public static void main(String[] args) throws Exception {
    try (Postgres postgres =
        Postgres.start(
            "shared_buffers=1GB",
            "max_wal_size=4GB",
            "log_autovacuum_min_duration=0",
            "log_checkpoints=off")) {
      new FullTableBench(postgres).run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    }
    System.exit(0);
  }

  private void run(int millions, int minutes) throws SQLException {
    open();
    try (Connection sql = DriverManager.getConnection(url)) {
      for (int i = 0; i < INSTANCES; i += 1000) {
        int from = i;
        List<Future<Boolean>> made =
            IntStream.range(from, from + 1000)
                .mapToObj(n -> store.instances().create(StoreRig.instance("i" + n)))
                .toList();
        made.forEach(StoreRig::await);
      }
      Sql.execute(
          sql,
          "INSERT INTO rooms SELECT 'i' || i, 'lobby', 'e', 1 FROM generate_series(0, "
              + (INSTANCES - 1)
              + ") i");
      fill(sql, 1);
      measure(sql);
      long end = System.nanoTime() + minutes * 60_000_000_000L;
      for (int million = 2; million <= millions && System.nanoTime() < end; million++) {
        fill(sql, million);
        if (million % 10 == 0) {
          sizes(sql);
        }
      }
      measure(sql);
      retention(sql);
      measure(sql);
      long began = System.nanoTime();
      Sql.execute(sql, "VACUUM entries");
      System.out.printf("VACUUM entries: %,d ms%n", Sql.millisSince(began));
      sizes(sql);
      for (String line : postgres.logged().split("(?=\\d{4}-\\d\\d-\\d\\d)")) {
        if (line.contains("mycelium") || line.contains("public.entries\"")) {
          System.out.println(line.replace('\n', ' '));
        }
      }
    }
    StoreRig.await(store.close());
  }

  private void open() {
    store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, Sharing.DEFAULT);
    NodeStore.Node node = new NodeStore.Node("n1", "n1", "127.0.0.1", 4002);
    StoreRig.await(store.nodes().join(node, NodeStore.Load.NONE));
  }

  private void fill(Connection sql, int million) throws SQLException {
    long began = System.nanoTime();
    try (PreparedStatement fill = sql.prepareStatement(FILL)) {
      fill.setString(1, BODY);
      fill.setInt(2, (million - 1) * TURN + 1);
      fill.setInt(3, million * TURN);
      fill.setInt(4, INSTANCES - 1);
      fill.executeUpdate();
    }
    kept = million * TURN;
    System.out.printf(
        "%d M entries; the last million in %,d ms%n", million, Sql.millisSince(began));
  }

  private void sizes(Connection sql) throws SQLException {
    System.out.printf(
        "entries: rows about %,d; table %,d MB, index %,d MB; dead %,d; autovacuums %d%n",
        Sql.number(sql, "SELECT reltuples::bigint FROM pg_class WHERE relname = 'entries'"),
        Sql.number(sql, "SELECT pg_relation_size('entries') >> 20"),
        Sql.number(sql, "SELECT pg_indexes_size('entries') >> 20"),
        Sql.number(sql, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'entries'"),
        Sql.number(
            sql, "SELECT autovacuum_count FROM pg_stat_user_tables WHERE relname = 'entries'"));
  }

  private interface Step {
    void run(String instance);
  }

  /** Each of rooms by chance, so that most are not in the server's own memory. */
  private void timed(String what, int times, Step step) {
    long cpu = postgres.cpuMillis();
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      String instance = "i" + random.nextInt(INSTANCES);
      long began = System.nanoTime();
      step.run(instance);
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%s: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, PostgreSQL's CPU %.3f ms%n",
        what,
        nanos[times / 2] / 1e6,
        nanos[times * 9 / 10] / 1e6,
        nanos[times * 99 / 100] / 1e6,
        (postgres.cpuMillis() - cpu) / (double) times);
  }

  private void measure(Connection sql) throws SQLException {
    sizes(sql);
    timed("append of one entry", 2000, instance -> StoreRig.await(append(instance, 1)));
    timed("append of 100 entries", 200, instance -> StoreRig.await(append(instance, 100)));
    timed(
        "a page of 64 entries, anywhere",
        1000,
        instance ->
            StoreRig.await(store.journal().read(instance, "lobby", random.nextLong(kept), 64)));
    timed(
        "start of an instance: its rooms",
        500,
        instance -> StoreRig.await(store.journal().rooms(instance)));
    timed(
        "resume: the newest 100 entries",
        500,
        instance ->
            StoreRig.await(store.journal().readBefore(instance, "lobby", Long.MAX_VALUE, 100)));
    timed(
        "what of a link was applied",
        500,
        instance -> StoreRig.await(store.nodes().applied(instance, "link-1", 0)));
  }

  /** The sequence is read from the database: each call comes after the one before it. */
  private Future<Void> append(String instance, int count) {
    return store
        .journal()
        .readBefore(instance, "lobby", Long.MAX_VALUE, 1)
        .compose(
            newest -> {
              long seq = newest.entries().get(0).seq();
              Journal.Append[] entries = new Journal.Append[count];
              for (int n = 0; n < count; n++) {
                Entry entry = new Entry(seq + n + 1, 1, "push", "user", Payload.json(BODY));
                entries[n] = StoreRig.append("lobby", "e", entry);
              }
              return store.journal().append(instance, GENERATION, List.of(entries));
            });
  }

  /** Keeps 1,000 entries of each of 500 rooms, while one other room is written to. */
  private void retention(Connection sql) throws SQLException {
    Retention retention = new Retention(1000, Duration.ZERO);
    long rows = Sql.number(sql, "SELECT count(*) FROM entries WHERE instance < 'i1045'");
    List<String> ids = IntStream.range(0, 500).mapToObj(n -> "i" + n).toList();
    // Two snapshots: what the older one covers may be dropped.
    ids.forEach(id -> StoreRig.await(save(id, kept - 1000, Retention.ALL)));
    long began = System.nanoTime();
    ids.forEach(id -> save(id, kept, retention));
    long[] nanos = new long[1_000_000];
    int count = 0;
    while (Sql.number(
                sql,
                "SELECT count(*) FROM rooms r WHERE oldest > 1 AND EXISTS (SELECT FROM entries e WHERE e.instance = r.instance AND e.room = r.room AND e.seq < r.oldest)")
            > 0
        || count < 100) {
      long asked = System.nanoTime();
      StoreRig.await(append("i9999", 1));
      nanos[count++] = System.nanoTime() - asked;
    }
    long took = Sql.millisSince(began);
    Arrays.sort(nanos, 0, count);
    System.out.printf(
        "retention: %,d of %,d entries deleted in %,d ms; %d appends of another room meanwhile: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
        rows - Sql.number(sql, "SELECT count(*) FROM entries WHERE instance < 'i1045'"),
        rows,
        took,
        count,
        nanos[count / 2] / 1e6,
        nanos[count * 99 / 100] / 1e6,
        nanos[count - 1] / 1e6);
    parts(sql);
  }

  private Future<Void> save(String instance, long seq, Retention retention) {
    Snapshot snapshot =
        new Snapshot(seq, "e", System.currentTimeMillis(), 0, 0, Payload.json(BODY));
    return store.snapshots().save(instance, GENERATION, "lobby", snapshot, retention);
  }

  /** The transaction of the store by itself: 2,000 entries of a room. */
  private void parts(Connection sql) throws SQLException {
    long[] nanos = new long[200];
    try (PreparedStatement delete =
        sql.prepareStatement(
            "DELETE FROM entries WHERE instance = ? AND room = 'lobby' AND seq <= ?")) {
      for (int i = 0; i < nanos.length; i++) {
        delete.setString(1, "i" + (5000 + i));
        delete.setLong(2, Math.min(2000, kept - TURN));
        long began = System.nanoTime();
        int rows = delete.executeUpdate();
        nanos[i] = System.nanoTime() - began;
        if (i == 0) {
          System.out.printf("a part has %d entries%n", rows);
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        "a part of a retention: p50 %.1f ms, p99 %.1f ms%n", nanos[100] / 1e6, nanos[198] / 1e6);
  }
}
