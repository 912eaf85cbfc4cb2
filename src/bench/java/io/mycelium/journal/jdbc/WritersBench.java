package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.Payload;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Acknowledged pushes of one, two and three nodes, each a process, on one PostgreSQL; and whether
 * they ever lock each other out for good while they also write to each other's instances, which is
 * refused, and create the same ones. Arguments: seconds, most nodes.
 */
public final class WritersBench {
  private static final int INSTANCES = 100;
  private static final int ON_THE_WAY = 600;
  private static final int WARM_S = 3;
  private static final Payload SMALL = Payload.json("{\"text\":\"" + "x".repeat(50) + "\"}");

  private WritersBench() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("node")) {
      node(args[1], args[2], Integer.parseInt(args[3]), args[4].equals("mixed"));
      System.exit(0);
    }
    try (Postgres postgres = Postgres.start("max_connections=100")) {
      for (String kind : List.of("plain", "mixed")) {
        for (int nodes = 1; nodes <= Integer.parseInt(args[1]); nodes++) {
          round(postgres, nodes, args[0], kind);
        }
      }
    }
    System.exit(0);
  }

  private static void round(Postgres postgres, int nodes, String seconds, String kind)
      throws IOException, SQLException {
    String url = postgres.newDatabase();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  WritersBench.class.getName(),
                  "node",
                  url,
                  "n" + i,
                  seconds,
                  kind)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
      // One after the other: the first makes the tables.
      read(processes.get(i).inputReader(), "ready");
    }
    for (Process each : processes) {
      each.outputWriter().append("go\n").flush();
    }
    long written = 0;
    long refused = 0;
    long cpu = postgres.cpuMillis();
    for (Process each : processes) {
      String[] said = read(each.inputReader(), "written").split(" ");
      written += Long.parseLong(said[1]);
      refused += Long.parseLong(said[3]);
    }
    cpu = postgres.cpuMillis() - cpu;
    processes.forEach(each -> each.onExit().join());
    try (Connection sql = DriverManager.getConnection(url);
        Statement any = sql.createStatement();
        ResultSet row =
            any.executeQuery(
                "SELECT deadlocks, xact_commit, xact_rollback FROM pg_stat_database WHERE datname ="
                    + " current_database()")) {
      row.next();
      System.out.printf(
          "%s, %d nodes: %,d acknowledged a second; of other nodes' instances %,d refused;"
              + " deadlocks %d, commits %,d, rollbacks %,d; PostgreSQL's CPU %.3f ms an entry%n",
          kind,
          nodes,
          written / Long.parseLong(seconds),
          refused,
          row.getLong(1),
          row.getLong(2),
          row.getLong(3),
          cpu / (double) written / (WARM_S + Long.parseLong(seconds)) * Long.parseLong(seconds));
    }
  }

  private static String read(BufferedReader from, String word) throws IOException {
    for (String line = from.readLine(); line != null; line = from.readLine()) {
      if (line.startsWith(word)) {
        return line;
      }
    }
    throw new IOException("a node ended before it said \"" + word + "\"");
  }

  private static void node(String url, String id, int seconds, boolean mixed) throws Exception {
    JdbcStore store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, Sharing.DEFAULT);
    NodeStore.Node self = new NodeStore.Node(id, id, "127.0.0.1", 4002);
    StoreRig.await(store.nodes().join(self, NodeStore.Load.NONE));
    for (int i = 0; i < INSTANCES; i++) {
      StoreRig.await(store.instances().create(StoreRig.instance(own(id, i))));
    }
    System.out.println("ready");
    System.in.read();
    AtomicLong written = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    Semaphore free = new Semaphore(ON_THE_WAY);
    long[] last = new long[INSTANCES];
    SplittableRandom random = new SplittableRandom(id.hashCode());
    long began = System.nanoTime();
    long warm = 0;
    for (long n = 0; secondsSince(began) < WARM_S + seconds; n++) {
      if (warm == 0 && secondsSince(began) >= WARM_S) {
        warm = written.get();
      }
      free.acquire();
      int instance = (int) (n % INSTANCES);
      store
          .journal()
          .append(own(id, instance), Claim.nextTerm(0), List.of(entry(++last[instance])))
          .onSuccess(done -> written.incrementAndGet())
          .onComplete(done -> free.release());
      if (mixed && n % 20 == 0) {
        String other = own("n" + random.nextInt(3), random.nextInt(INSTANCES));
        if (!other.startsWith(id + "-")) {
          store
              .journal()
              .append(other, Claim.nextTerm(0), List.of(entry(1)))
              .onFailure(fenced -> refused.incrementAndGet());
        }
        store.instances().create(StoreRig.instance("all-" + random.nextInt(INSTANCES)));
        store.instances().delete("all-" + random.nextInt(INSTANCES));
      }
    }
    long count = written.get() - warm;
    if (!free.tryAcquire(ON_THE_WAY, 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("appends were not answered within 60 s");
    }
    System.out.println("written " + count + " refused " + refused.get());
    StoreRig.await(store.close());
  }

  private static String own(String node, int instance) {
    return node + "-" + instance;
  }

  private static Journal.Append entry(long seq) {
    return StoreRig.append("lobby", "e", new Entry(seq, 1, "push", "user", SMALL));
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
