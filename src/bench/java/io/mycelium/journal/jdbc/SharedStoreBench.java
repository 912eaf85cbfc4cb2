package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many synchronous appends a second PostgreSQL takes from one node alone, and from the nodes of
 * a cluster, each with instances of its own. Arguments: nodes (0: one without a cluster), seconds.
 */
public final class SharedStoreBench {
  private static final int INSTANCES = 100;
  private static final int ON_THE_WAY = 600;
  private static final Payload SMALL = Payload.json("{\"text\":\"" + "x".repeat(50) + "\"}");

  private SharedStoreBench() {}

  public static void main(String[] args) throws Exception {
    int nodes = Integer.parseInt(args[0]);
    int seconds = Integer.parseInt(args[1]);
    try (Postgres postgres = Postgres.start()) {
      String url = postgres.newDatabase();
      List<Node> all = new ArrayList<>();
      for (int i = 0; i < Math.max(1, nodes); i++) {
        all.add(new Node(url, nodes == 0 ? null : "n" + i));
      }
      appends(all, seconds);
      System.out.printf("%d nodes: %,d appends/s%n", nodes, appends(all, seconds));
      for (Node node : all) {
        StoreRig.await(node.store.close());
      }
    }
    System.exit(0);
  }

  private static long appends(List<Node> nodes, int seconds) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    AtomicLong sum = new AtomicLong();
    long began = System.nanoTime();
    for (Node node : nodes) {
      Thread thread = new Thread(() -> sum.addAndGet(node.appends(seconds)));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return (long) (sum.get() / ((System.nanoTime() - began) / 1e9));
  }

  private static final class Node {
    private final Store store;
    private final String id;
    private final long generation;
    private final long[] last = new long[INSTANCES];

    Node(String url, String id) {
      this.id = id == null ? "alone" : id;
      this.generation = id == null ? 1 : Claim.nextTerm(0);
      if (id == null) {
        store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE);
      } else {
        store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, Sharing.DEFAULT);
        NodeStore.Node node = new NodeStore.Node(id, id, "127.0.0.1", 7000);
        StoreRig.await(store.nodes().join(node, NodeStore.Load.NONE));
      }
      for (int i = 0; i < INSTANCES; i++) {
        StoreRig.await(store.instances().create(StoreRig.instance(this.id + "-" + i)));
      }
    }

    long appends(int seconds) {
      Semaphore free = new Semaphore(ON_THE_WAY);
      long began = System.nanoTime();
      long count = 0;
      while (System.nanoTime() - began < seconds * 1_000_000_000L) {
        free.acquireUninterruptibly();
        int i = (int) (count++ % INSTANCES);
        Entry entry = new Entry(++last[i], 1, "push", "user", SMALL);
        Journal.Origin origin = new Journal.Origin(id + "-link", count);
        Journal.Append append = new Journal.Append("lobby", "e", Durability.SYNC, entry, origin);
        store
            .journal()
            .append(id + "-" + i, generation, List.of(append))
            .onComplete(done -> free.release());
      }
      free.acquireUninterruptibly(ON_THE_WAY);
      return count;
    }
  }
}
