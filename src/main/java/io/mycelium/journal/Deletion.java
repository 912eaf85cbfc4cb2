package io.mycelium.journal;

import java.sql.SQLException;
import java.util.List;

/**
 * Removes a room or a whole instance, some thousand rows a transaction, so that nobody else's
 * entries wait long for it; what comes for the same instance meanwhile waits until it is done.
 */
final class Deletion extends Write<Void> {
  private static final int ROWS = 2000;

  /** All that have rows of an instance, beside its own. */
  static final List<String> TABLES = List.of("entries", "push_keys", "snapshots", "rooms");

  private static final String[] LONG_TABLES = {"entries", "push_keys", "snapshots"};

  private final String room;
  private boolean done;

  private Deletion(String instance, String room) {
    super(instance);
    this.room = room;
  }

  static Deletion ofRoom(String instance, String room) {
    return new Deletion(instance, room);
  }

  static Deletion ofInstance(String instance) {
    return new Deletion(instance, null);
  }

  @Override
  boolean isDone() {
    return done;
  }

  @Override
  Void apply(Transaction transaction) throws SQLException {
    transaction.flush();
    transaction.epochs().forget(instance());
    done = false;
    if (room == null) {
      transaction.update("DELETE FROM instances WHERE id = ?", instance());
      transaction.unregistered(instance());
    }
    for (String table : LONG_TABLES) {
      if (deleteSome(transaction, table) == ROWS) {
        return null;
      }
    }
    if (room == null) {
      transaction.update("DELETE FROM rooms WHERE instance = ?", instance());
    } else {
      transaction.update("DELETE FROM rooms WHERE instance = ? AND room = ?", instance(), room);
    }
    done = true;
    return null;
  }

  private int deleteSome(Transaction transaction, String table) throws SQLException {
    String where = room == null ? "instance = ?" : "instance = ? AND room = ?";
    String sql =
        "DELETE FROM "
            + table
            + " WHERE (instance, room, seq) IN (SELECT instance, room, seq FROM "
            + table
            + " WHERE "
            + where
            + " LIMIT "
            + ROWS
            + ")";
    return room == null
        ? transaction.update(sql, instance())
        : transaction.update(sql, instance(), room);
  }
}
