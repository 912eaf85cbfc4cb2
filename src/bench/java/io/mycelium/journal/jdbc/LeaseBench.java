package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore.Load;
import io.mycelium.journal.NodeStore.Node;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the leases of a cluster cost its PostgreSQL: each node renews its own twice a second, and
 * reads those of all as often; then as fast as sixteen of them can. Arguments: seconds, then
 * numbers of nodes.
 */
public final class LeaseBench {
  private static final int FEW = 16;

  private final Postgres postgres;
  private final String url;
  private final List<JdbcNodes> nodes = new ArrayList<>();

  private LeaseBench(Postgres postgres) {
    this.postgres = postgres;
    this.url = postgres.newDatabase();
  }

  public static void main(String[] args) throws Exception {
    try (Postgres postgres = Postgres.start("max_connections=300")) {
      LeaseBench bench = new LeaseBench(postgres);
      StoreRig.await(JdbcStore.open(StoreRig.config(bench.url), JournalMeters.NONE).close());
      for (int i = 1; i < args.length; i++) {
        bench.grow(Integer.parseInt(args[i]));
        bench.paced(Integer.parseInt(args[0]));
      }
      bench.flatOut(Integer.parseInt(args[0]));
    }
    System.exit(0);
  }

  private void grow(int count) {
    while (nodes.size() < count) {
      HikariConfig hikari = new HikariConfig();
      hikari.setJdbcUrl(url);
      hikari.setConnectionInitSql(JdbcNodes.SETTINGS);
      hikari.setMaximumPoolSize(1);
      Ownership ownership = new Ownership(Sharing.DEFAULT);
      JdbcNodes node = new JdbcNodes(new HikariDataSource(hikari), ownership, null, null);
      String id = "0123456789abcdef-" + nodes.size();
      StoreRig.await(node.join(new Node(id, id, "10.0.0.1", 4002), Load.NONE));
      nodes.add(node);
    }
  }

  private static Future<?> turn(JdbcNodes node) {
    return node.renew(new Load(1000, 10_000, 0.5, false)).compose(renewed -> node.nodes());
  }

  private void paced(int seconds) throws InterruptedException {
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    ConcurrentLinkedQueue<Long> took = new ConcurrentLinkedQueue<>();
    long every = Sharing.DEFAULT.renewal().toNanos() / 1000;
    for (int i = 0; i < nodes.size(); i++) {
      JdbcNodes node = nodes.get(i);
      Runnable beat =
          () -> {
            long began = System.nanoTime();
            turn(node).onSuccess(done -> took.add(System.nanoTime() - began));
          };
      clock.scheduleAtFixedRate(beat, every * i / nodes.size(), every, TimeUnit.MICROSECONDS);
    }
    TimeUnit.SECONDS.sleep(2);
    took.clear();
    long cpu = postgres.cpuMillis();
    long began = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    double elapsed = (System.nanoTime() - began) / 1e9;
    long used = postgres.cpuMillis() - cpu;
    clock.shutdownNow();
    long[] nanos = took.stream().mapToLong(each -> each).sorted().toArray();
    System.out.printf(
        "%d nodes: %.0f renewals/s and as many reads of all; PostgreSQL takes %.1f %% of a core,"
            + " %.2f ms each; answered p50 %.1f ms, p99 %.1f ms%n",
        nodes.size(),
        nanos.length / elapsed,
        used / elapsed / 10,
        used / (double) nanos.length,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6);
  }

  private void flatOut(int seconds) throws InterruptedException {
    AtomicLong done = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    nodes.subList(0, Math.min(FEW, nodes.size())).forEach(node -> again(node, done, over));
    TimeUnit.SECONDS.sleep(1);
    long cpu = postgres.cpuMillis();
    long before = done.get();
    TimeUnit.SECONDS.sleep(seconds);
    long count = done.get() - before;
    System.out.printf(
        "flat out, %d rows: %.0f renewals/s and as many reads of all, PostgreSQL's CPU %.3f ms each%n",
        nodes.size(), count / (double) seconds, (postgres.cpuMillis() - cpu) / (double) count);
    over.set(true);
  }

  private static void again(JdbcNodes node, AtomicLong done, AtomicBoolean over) {
    turn(node)
        .onComplete(
            answered -> {
              done.incrementAndGet();
              if (!over.get()) {
                again(node, done, over);
              }
            });
  }
}
