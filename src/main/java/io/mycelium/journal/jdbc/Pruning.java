package io.mycelium.journal.jdbc;

import java.sql.SQLException;

/**
 * Removes the rows of dropped entries, some thousand entries a transaction; no caller waits for it.
 */
final class Pruning extends Write<Void> {
  private static final int ROWS = 2000;
  private static final String OF_ROOM = " WHERE instance = ? AND room = ?";

  private final String room;
  private boolean done;

  Pruning(String instance, String room) {
    super(instance);
    this.room = room;
  }

  @Override
  boolean isUrgent() {
    return false;
  }

  @Override
  boolean isDone() {
    return done;
  }

  @Override
  Void apply(Transaction transaction) throws SQLException {
    long oldest = transaction.number(0, "SELECT oldest FROM rooms" + OF_ROOM, instance(), room);
    long first =
        transaction.number(oldest, "SELECT min(seq) FROM entries" + OF_ROOM, instance(), room);
    long upTo = Math.min(oldest, first + ROWS);
    if (first < oldest) {
      transaction.update("DELETE FROM entries" + OF_ROOM + " AND seq < ?", instance(), room, upTo);
    }
    done = upTo == oldest;
    return null;
  }
}
