package io.mycelium.journal.jdbc;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/** Snapshots in a database, and the retention of entries that goes with them. */
final class JdbcSnapshots implements SnapshotStore {
  private static final String SAVE =
      "INSERT INTO snapshots (instance, room, seq, epoch, at, tick_at, closed_by, kind, state)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (instance, room, seq) DO UPDATE SET"
          + " epoch = excluded.epoch, at = excluded.at, tick_at = excluded.tick_at, closed_by ="
          + " excluded.closed_by, kind = excluded.kind, state = excluded.state";

  /** The first row with an entry that is not older. */
  private static final String YOUNG =
      "SELECT "
          + RoomReads.COLUMNS
          + " FROM entries e WHERE e.instance = ? AND e.room = ? AND e.seq >= ? AND e.at >= ?"
          + " ORDER BY e.seq LIMIT 1";

  private static final String OF_ROOM = " WHERE instance = ? AND room = ?";

  private final Writer writer;
  private final Reader reader;
  private final int keysWindow;
  private final Duration leastAge;

  /**
   * @param leastAge at which entries may be dropped, whatever the retention
   */
  JdbcSnapshots(JournalConfig config, Writer writer, Reader reader, Duration leastAge) {
    this.leastAge = leastAge;
    this.writer = writer;
    this.reader = reader;
    this.keysWindow = config.pushOnceWindow();
  }

  @Override
  public Future<Void> save(
      String instance, long generation, String room, Snapshot snapshot, Retention retention) {
    Write<Void> write =
        new HistoryWrite(instance) {
          @Override
          Collection<Place> places() {
            return List.of(new Place(instance, room));
          }

          @Override
          boolean isUrgent() {
            return snapshot.closedBy() > 0;
          }

          @Override
          void check(Transaction transaction) throws SQLException, Fenced {
            transaction.generations().enter(instance, generation);
            enterState(transaction, room, snapshot.epoch(), snapshot.seq());
          }

          @Override
          void write(Transaction transaction) throws SQLException {
            store(transaction, instance, room, snapshot);
            prune(transaction, instance, room, snapshot, retention);
          }
        };
    writer.add(write);
    if (!retention.equals(Retention.ALL)) {
      writer.add(new Pruning(instance, room));
    }
    return write.promise().future();
  }

  private static void store(
      Transaction transaction, String instance, String room, Snapshot snapshot)
      throws SQLException {
    transaction.epochs().enter(transaction, instance, room, snapshot.epoch());
    transaction.flush();
    transaction.update(
        SAVE,
        instance,
        room,
        snapshot.seq(),
        snapshot.epoch(),
        snapshot.at(),
        snapshot.tickAt(),
        snapshot.closedBy(),
        snapshot.state().isBinary() ? 1 : 0,
        snapshot.state().bytes());
  }

  private void prune(
      Transaction transaction, String instance, String room, Snapshot snapshot, Retention retention)
      throws SQLException {
    transaction.update(
        "DELETE FROM push_keys" + OF_ROOM + " AND seq <= ?",
        instance,
        room,
        snapshot.seq() - keysWindow);
    long dispensable = dispensable(transaction, instance, room, snapshot, retention);
    long oldest = transaction.number(1, "SELECT oldest FROM rooms" + OF_ROOM, instance, room);
    if (dispensable >= oldest) {
      long base =
          transaction.number(
              0,
              "SELECT max(seq) FROM snapshots" + OF_ROOM + " AND seq <= ?",
              instance,
              room,
              dispensable);
      if (base >= oldest) {
        oldest = base + 1;
        transaction.update("UPDATE rooms SET oldest = ?" + OF_ROOM, oldest, instance, room);
      }
    }
    dropSnapshots(transaction, instance, room, snapshot, oldest, retention);
  }

  /** Sequence up to which entries may be dropped; 0 if none may. */
  private long dispensable(
      Transaction transaction, String instance, String room, Snapshot snapshot, Retention retention)
      throws SQLException {
    if (retention.equals(Retention.ALL)) {
      return 0;
    }
    Duration age = retention.age().compareTo(leastAge) < 0 ? leastAge : retention.age();
    boolean byAge = !age.isZero();
    long byCount = retention.entries() == 0 ? Long.MAX_VALUE : snapshot.seq() - retention.entries();
    if (!byAge || byCount <= 0) {
      return Math.min(byCount, snapshot.seq());
    }
    transaction.sort(instance, room);
    long oldest = transaction.number(1, "SELECT oldest FROM rooms" + OF_ROOM, instance, room);
    long since = snapshot.at() - age.toMillis();
    List<Entry> some = transaction.entries(YOUNG, instance, room, oldest, since);
    long young =
        some.stream()
            .filter(entry -> entry.seq() >= oldest && entry.at() >= since)
            .mapToLong(Entry::seq)
            .findFirst()
            .orElse(some.isEmpty() ? snapshot.seq() + 1 : oldest);
    return Math.min(byCount, Math.min(young - 1, snapshot.seq()));
  }

  /**
   * Keeps the newest snapshot and the snapshot that the first kept entry's state needs. If entries
   * are dropped by age, keeps the snapshots in between too: a later first kept entry will need
   * them.
   */
  private static void dropSnapshots(
      Transaction transaction,
      String instance,
      String room,
      Snapshot newest,
      long oldest,
      Retention retention)
      throws SQLException {
    long base =
        transaction.number(
            -1,
            "SELECT max(seq) FROM snapshots" + OF_ROOM + " AND seq < ?",
            instance,
            room,
            oldest);
    transaction.update("DELETE FROM snapshots" + OF_ROOM + " AND seq < ?", instance, room, base);
    if (retention.equals(Retention.ALL)) {
      transaction.update(
          "DELETE FROM snapshots" + OF_ROOM + " AND seq > ? AND seq < ?",
          instance,
          room,
          base,
          newest.seq());
    }
  }

  @Override
  public Future<Snapshot> at(String instance, String room, long seq) {
    return reader.read(connection -> RoomReads.snapshot(connection, instance, room, seq));
  }
}
