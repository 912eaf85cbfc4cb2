package io.mycelium.journal.jdbc;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.vertx.core.Future;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * A process that appends until it is killed and prints each acknowledged entry. Continues after the
 * entries of an earlier process.
 */
final class KilledWriter {
  static final int INSTANCES = 3;

  private KilledWriter() {}

  public static void main(String[] args) throws InterruptedException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    UnsortedEntries.Limits limits =
        args[2].equals("later") ? StoreRig.ALWAYS_LATER : UnsortedEntries.Limits.DEFAULT;
    Store store = JdbcStore.open(StoreRig.config(args[0]), JournalMeters.NONE, limits);
    long generation = Long.parseLong(args[1]);
    long[] last = new long[INSTANCES];
    for (int i = 0; i < INSTANCES; i++) {
      StoreRig.await(store.instances().create(StoreRig.instance("i" + i)));
      StoreRig.await(store.journal().fence("i" + i, generation));
      Journal.Room room = StoreRig.await(store.journal().rooms("i" + i)).get("lobby");
      last[i] = room == null ? 0 : room.last();
    }
    while (true) {
      Future<Void> behind = Future.succeededFuture();
      for (int n = 0; n < 50; n++) {
        for (int i = 0; i < INSTANCES; i++) {
          String line = i + " " + ++last[i];
          behind = append(store, i, generation, last[i]);
          behind.onSuccess(done -> out.println(line));
        }
      }
      StoreRig.await(behind);
    }
  }

  private static Future<Void> append(Store store, int i, long generation, long seq) {
    if (seq % 500 == 0) {
      store
          .snapshots()
          .save("i" + i, generation, "lobby", StoreRig.snapshot(seq - 1, "e"), Retention.ALL);
    }
    List<Journal.Append> one = StoreRig.appends("lobby", "e", seq, seq);
    return store.journal().append("i" + i, generation, one);
  }
}
