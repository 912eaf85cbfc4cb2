package io.mycelium.journal.jdbc;

import com.sun.management.OperatingSystemMXBean;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an entry costs in commits that are scattered over many rooms, sorted at once and sorted
 * later, in turn. Arguments: commits a round, rounds.
 */
public final class ScatteredBench {
  private static final int ROOMS = 200;
  private static final int ENTRIES = 500;
  private static final int AT_ONCE = 25;
  private static final UnsortedEntries.Limits NEVER =
      new UnsortedEntries.Limits(Integer.MAX_VALUE, 1, 1, Integer.MAX_VALUE, 1);

  private final long[] last = new long[ROOMS];
  private final Store store;
  private int next;

  private ScatteredBench(Store store) {
    this.store = store;
  }

  public static void main(String[] args) throws Exception {
    int commits = Integer.parseInt(args[0]);
    for (int round = 0; round < Integer.parseInt(args[1]); round++) {
      run("at once", NEVER, commits);
      run("later", UnsortedEntries.Limits.DEFAULT, commits);
    }
    System.exit(0);
  }

  private static void run(String sorted, UnsortedEntries.Limits limits, int commits)
      throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target"), "bench");
    String url = "jdbc:sqlite:" + folder + "/m.db";
    Store store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, limits);
    StoreRig.await(store.instances().create(StoreRig.instance("i")));
    ScatteredBench bench = new ScatteredBench(store);
    bench.commit(commits / 3);
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = process.getProcessCpuTime();
    long began = System.nanoTime();
    bench.commit(commits);
    double entries = (double) commits * ENTRIES;
    System.out.printf(
        "sorted %s: %.1f us of CPU an entry, %.1f ms a commit%n",
        sorted,
        (process.getProcessCpuTime() - cpu) / 1e3 / entries,
        (System.nanoTime() - began) / 1e6 / commits);
    StoreRig.await(store.close());
  }

  /** As an instance writes them: some entries an append, each in another room. */
  private void commit(int commits) {
    for (int i = 0; i < commits; i++) {
      Future<Void> written = null;
      for (int append = 0; append < ENTRIES / AT_ONCE; append++) {
        List<Journal.Append> entries = new ArrayList<>(AT_ONCE);
        for (int entry = 0; entry < AT_ONCE; entry++) {
          int room = next++ % ROOMS;
          entries.add(StoreRig.append("room" + room, "e", StoreRig.entry(++last[room])));
        }
        written = store.journal().append("i", 1, entries);
      }
      StoreRig.await(written);
    }
  }
}
