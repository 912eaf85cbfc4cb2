package io.mycelium.journal.jdbc;

import io.mycelium.journal.InstanceStore.Filter;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore.Load;
import io.mycelium.journal.NodeStore.Node;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A register of many instances on PostgreSQL, as a cluster uses it: its size, and what claims,
 * owners and lists cost. Arguments: instances; nodes that share them, one of which dies.
 */
public final class RegisterBench {
  private static final String SPEC =
      "{\"type\":\"accumulative\",\"config\":{\"history\":100,\"presence\":\"off\",\"durability\":"
          + "\"sync\"},\"rooms\":{\"lobby\":{}}}";

  private final SplittableRandom random = new SplittableRandom(1);
  private final Postgres postgres;
  private final String url;
  private final int instances;
  private JdbcStore store;

  private RegisterBench(Postgres postgres, int instances) {
    this.postgres = postgres;
    this.url = postgres.newDatabase();
    this.instances = instances;
  }

  public static void main(String[] args) throws Exception {
    try (Postgres postgres = Postgres.start("shared_buffers=256MB", "max_wal_size=2GB")) {
      new RegisterBench(postgres, Integer.parseInt(args[0])).run(Integer.parseInt(args[1]));
    }
    System.exit(0);
  }

  private void run(int nodes) throws SQLException {
    store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, Sharing.DEFAULT);
    StoreRig.await(store.nodes().join(new Node("n0", "n0", "127.0.0.1", 4002), Load.NONE));
    try (Connection sql = DriverManager.getConnection(url)) {
      fill(sql, nodes);
      sizes(sql);
      timed("owner of an instance", 5000, n -> store.nodes().owner(anyone()));
      timed("an instance's row", 5000, n -> store.instances().find(anyone()));
      timed("a page of 100", 500, n -> store.instances().list(anyone(), 100, Filter.ALL));
      Filter name = new Filter(null, "NAME 77777", null);
      timed("a page of 100, by a part of the name", 5, n -> store.instances().list("", 100, name));
      timed("count", 5, n -> store.instances().count());
      timed("dead owners", 20, n -> store.nodes().deadOwners());
      timed("claim of one", 1000, n -> store.nodes().claim("i" + (n * nodes + 1) + "-free"));
      long gone = claims();
      System.out.printf("%d instances had a dead owner%n", gone);
      handOvers();
      sizes(sql);
    }
    StoreRig.await(store.close());
  }

  private String anyone() {
    return String.format("instance-%07d", random.nextInt(instances));
  }

  /** Each node has its share; all but the last have a lease. Besides, a thousand nobody owns. */
  private void fill(Connection sql, int nodes) throws SQLException {
    long began = System.nanoTime();
    for (int i = 1; i < nodes - 1; i++) {
      Sql.execute(
          sql,
          "INSERT INTO nodes SELECT 'n"
              + i
              + "', name, host, port, started_at, renewed_at, since,"
              + " 0, 0, 0, false FROM nodes WHERE id = 'n0'");
    }
    Sql.execute(
        sql,
        "INSERT INTO instances (id, name, folded, type, spec, created_at, generation, owner)"
            + " SELECT 'instance-' || to_char(i, 'FM0000000'), 'Name ' || i, 'name ' || i,"
            + " 'accumulative', '"
            + SPEC
            + "', 0, 1048576, 'n' || i % "
            + nodes
            + " FROM generate_series(0, "
            + (instances - 1)
            + ") i");
    Sql.execute(
        sql,
        "INSERT INTO instances (id, name, folded, type, spec, created_at, generation)"
            + " SELECT 'i' || (i * "
            + nodes
            + " + 1) || '-free', 'Name', 'name', 'accumulative', '"
            + SPEC
            + "', 0, 0 FROM generate_series(0, 999) i");
    Sql.execute(sql, "ANALYZE");
    System.out.printf("%,d instances in %,d ms%n", instances, Sql.millisSince(began));
  }

  private void sizes(Connection sql) throws SQLException {
    System.out.printf(
        "instances: table %,d MB, indexes %,d MB, dead rows %,d%n",
        Sql.number(sql, "SELECT pg_relation_size('instances') >> 20"),
        Sql.number(sql, "SELECT pg_indexes_size('instances') >> 20"),
        Sql.number(sql, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'instances'"));
  }

  private void timed(String what, int times, IntFunction<Future<?>> step) {
    IntStream.range(0, times / 5).forEach(n -> StoreRig.await(step.apply(times + n)));
    long cpu = postgres.cpuMillis();
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long began = System.nanoTime();
      StoreRig.await(step.apply(i));
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%s: p50 %.2f ms, p99 %.2f ms, PostgreSQL's CPU %.3f ms%n",
        what,
        nanos[times / 2] / 1e6,
        nanos[times * 99 / 100] / 1e6,
        (postgres.cpuMillis() - cpu) / (double) times);
  }

  /** All instances of the dead node, a thousand a transaction. */
  private long claims() {
    String dead = StoreRig.await(store.nodes().deadOwners()).get(0);
    long cpu = postgres.cpuMillis();
    long began = System.nanoTime();
    List<Long> batches = new ArrayList<>();
    long count = 0;
    while (true) {
      long asked = System.nanoTime();
      List<Registered> won;
      try {
        List<Registered> left = StoreRig.await(store.nodes().ownedBy(dead, "", JdbcNodes.BATCH));
        won = StoreRig.await(store.nodes().claim(left.stream().map(Registered::id).toList()));
      } catch (AssertionError e) {
        System.out.printf(
            "claim %d of a batch failed after %,d ms: %s%n",
            batches.size() + 1, Sql.millisSince(asked), e.getMessage());
        continue;
      }
      if (won.isEmpty()) {
        break;
      }
      batches.add(System.nanoTime() - asked);
      count += won.size();
    }
    long took = Sql.millisSince(began);
    batches.sort(null);
    System.out.printf(
        "claims of %,d in batches of %d: %,d ms, %,d a second; a batch p50 %.0f ms, most %.0f ms;"
            + " PostgreSQL's CPU %.3f ms each%n",
        count,
        JdbcNodes.BATCH,
        took,
        count * 1000 / Math.max(1, took),
        batches.get(batches.size() / 2) / 1e6,
        batches.get(batches.size() - 1) / 1e6,
        (postgres.cpuMillis() - cpu) / (double) count);
    return count;
  }

  private void handOvers() {
    List<Registered> own = StoreRig.await(store.nodes().ownedBy("n0", "", 1000));
    timed(
        "hand-over of one",
        800,
        n -> {
          Registered each = own.get(n % own.size());
          return store.nodes().handOver(each.id(), each.generation(), "n1");
        });
  }
}
