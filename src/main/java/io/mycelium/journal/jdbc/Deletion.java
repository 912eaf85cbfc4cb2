package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes a room or a whole instance, some thousand entries a transaction, so that entries of other
 * instances do not wait long. Writes for the same instance wait until the deletion is done.
 */
final class Deletion extends Write<Void> {
  private static final int ROWS = 2000;

  /** The same for rows with many entries. */
  private static final int MAX_ENTRIES = 4 * ROWS;

  private static final String ENTRIES = "entries";

  private static final String[] LONG_TABLES = {ENTRIES, "push_keys", "snapshots"};

  private final String room;

  /** Whether another node may have ended it meanwhile, and what was made since is to stay. */
  private final boolean shared;

  private boolean done;

  private Deletion(String instance, String room, boolean shared) {
    super(instance);
    this.room = room;
    this.shared = shared;
  }

  static Deletion ofRoom(String instance, String room) {
    return new Deletion(instance, room, false);
  }

  static Deletion ofInstance(String instance) {
    return new Deletion(instance, null, false);
  }

  /**
   * What another node of the cluster began.
   *
   * @param row instance and room, which is empty for the whole instance
   */
  static Deletion resumed(ResultSet row) throws SQLException {
    String room = row.getString(2);
    return new Deletion(row.getString(1), room.isEmpty() ? null : room, true);
  }

  /** Deletions of whole instances that a node of the cluster began, maybe one that still lives. */
  static List<Deletion> ofInstances(Connection connection) throws SQLException {
    List<Deletion> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT instance, room FROM deletions WHERE room = ''")) {
      while (row.next()) {
        found.add(resumed(row));
      }
    }
    return found;
  }

  /** Deletions that an earlier server began and did not finish. */
  static List<Deletion> unfinished(Connection connection) throws SQLException {
    List<Deletion> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT instance, room FROM deletions")) {
      while (row.next()) {
        String room = row.getString(2);
        found.add(new Deletion(row.getString(1), room.isEmpty() ? null : room, false));
      }
    }
    return found;
  }

  @Override
  boolean holdsUpItsInstance() {
    return true;
  }

  @Override
  boolean isDone() {
    return done;
  }

  @Override
  Void apply(Transaction transaction) throws SQLException, Fenced {
    if (shared && !isUnfinished(transaction)) {
      done = true;
      return null;
    }
    transaction.generations().expectOurs(instance());
    transaction.sortAll();
    done = false;
    begin(transaction);
    for (String table : LONG_TABLES) {
      if (deleteSome(transaction, table)) {
        return null;
      }
    }
    transaction.update(
        "DELETE FROM deletions WHERE instance = ? AND room = ?", instance(), roomOrAll());
    done = true;
    return null;
  }

  private boolean isUnfinished(Transaction transaction) throws SQLException {
    return transaction.number(
            0,
            "SELECT count(*) FROM deletions WHERE instance = ? AND room = ?",
            instance(),
            roomOrAll())
        > 0;
  }

  /** From here on readers do not see the data, and the deletion continues after a restart. */
  private void begin(Transaction transaction) throws SQLException {
    transaction.forget(instance());
    transaction.update(
        "INSERT INTO deletions (instance, room) VALUES (?, ?) ON CONFLICT DO NOTHING",
        instance(),
        roomOrAll());
    if (room == null) {
      transaction.update("DELETE FROM instances WHERE id = ?", instance());
      transaction.generations().unregistered(instance());
      transaction.update("DELETE FROM rooms WHERE instance = ?", instance());
    } else {
      transaction.update("DELETE FROM rooms WHERE instance = ? AND room = ?", instance(), room);
    }
  }

  private String roomOrAll() {
    return room == null ? "" : room;
  }

  /** Returns whether there is more to delete. */
  private boolean deleteSome(Transaction transaction, String table) throws SQLException {
    String rows =
        table + (room == null ? " WHERE instance = ?" : " WHERE instance = ? AND room = ?");
    Object[] next =
        table.equals(ENTRIES)
            ? transaction.rowBehind(
                ROWS,
                MAX_ENTRIES,
                "SELECT room, seq, size FROM " + rows + " ORDER BY room, seq LIMIT " + (ROWS + 1),
                values())
            : transaction.row(
                "SELECT room, seq FROM " + rows + " ORDER BY room, seq LIMIT 1 OFFSET " + ROWS,
                values());
    if (next == null) {
      transaction.update("DELETE FROM " + rows, values());
      return false;
    }
    transaction.update(
        "DELETE FROM " + rows + " AND (room, seq) < (?, ?)", values(next[0], next[1]));
    return true;
  }

  private Object[] values(Object... more) {
    List<Object> values = new ArrayList<>();
    values.add(instance());
    if (room != null) {
      values.add(room);
    }
    values.addAll(List.of(more));
    return values.toArray();
  }
}
