package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A write that may start a new history of a room. It removes the old history first, some thousand
 * entries a transaction, so that entries of other rooms do not wait long.
 */
abstract class HistoryWrite extends Write<Void> {
  /** By room; kept until everything is committed, since the last part may be rolled back. */
  private final Map<String, Deletion> clearing = new LinkedHashMap<>(0);

  private boolean clear = true;

  HistoryWrite(String instance) {
    super(instance);
  }

  @Override
  final boolean holdsUpItsInstance() {
    return true;
  }

  @Override
  final boolean isDone() {
    return clear;
  }

  @Override
  final Void apply(Transaction transaction) throws SQLException, Fenced {
    clear = true;
    check(transaction);
    for (Deletion deletion : clearing.values()) {
      deletion.apply(transaction);
      clear &= deletion.isDone();
    }
    if (clear) {
      write(transaction);
    }
    return null;
  }

  /**
   * {@linkplain #enter Enters} the rooms of this write.
   *
   * @throws Fenced if the write is fenced off
   */
  abstract void check(Transaction transaction) throws SQLException, Fenced;

  /** Writes, once no old history is left. */
  abstract void write(Transaction transaction) throws SQLException, Fenced;

  final void enter(Transaction transaction, String room, String epoch, long seq)
      throws SQLException {
    if (seq == 1 && transaction.epochs().isReplacedBy(transaction, instance(), room, epoch)) {
      clearing.putIfAbsent(room, Deletion.ofRoom(instance(), room));
    }
  }

  /**
   * The same for a snapshot: one later than the kept entries of another epoch belongs to a new
   * history, of which no entry was kept.
   */
  final void enterState(Transaction transaction, String room, String epoch, long seq)
      throws SQLException {
    if (transaction.epochs().isReplacedBy(transaction, instance(), room, epoch)
        && (seq == 1 || last(transaction, room) > seq)) {
      clearing.putIfAbsent(room, Deletion.ofRoom(instance(), room));
    }
  }

  private long last(Transaction transaction, String room) throws SQLException {
    transaction.sort(instance(), room);
    String ofRoom = " WHERE instance = ? AND room = ?";
    return Math.max(
        transaction.number(0, "SELECT max(seq) FROM entries" + ofRoom, instance(), room),
        transaction.number(0, "SELECT max(seq) FROM snapshots" + ofRoom, instance(), room));
  }
}
