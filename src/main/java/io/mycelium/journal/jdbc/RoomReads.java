package io.mycelium.journal.jdbc;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.Payload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads of rooms and their entries; on a reader's thread. */
final class RoomReads {
  private static final int BLOCK = 2;

  /** The columns that {@link #entries} reads. */
  static final String COLUMNS = "e.seq, e.at, e.event, e.usr, e.kind, e.payload, e.once, e.size";

  /**
   * {@link #AFTER} has two lower bounds. The plus keeps SQLite from starting at the oldest entry
   * and stepping over all entries up to the other bound.
   */
  private static final String ENTRIES =
      "SELECT "
          + COLUMNS
          + ", r.oldest FROM entries e"
          + " JOIN rooms r ON r.instance = e.instance AND r.room = e.room"
          + " WHERE e.instance = ? AND e.room = ? AND +e.seq >= r.oldest AND ";

  /** Parameters: instance, room, sequence, limit. */
  private static final String AFTER = ENTRIES + "e.seq > ? ORDER BY e.seq LIMIT ?";

  /**
   * Newest first, starting with the row that may have the last entry before the sequence.
   * Parameters: instance, room, instance, room, sequence, sequence, limit.
   */
  private static final String BEFORE =
      ENTRIES
          + "e.seq <= coalesce((SELECT n.seq FROM entries n WHERE n.instance = ? AND n.room = ?"
          + " AND n.seq >= ? ORDER BY n.seq LIMIT 1), ?) ORDER BY e.seq DESC LIMIT ?";

  private static final String OF_SNAPSHOT =
      "s.seq, s.epoch, s.at, s.tick_at, s.closed_by, s.kind, s.state";

  private static final String SNAPSHOT =
      "SELECT "
          + OF_SNAPSHOT
          + " FROM snapshots s JOIN rooms r ON r.instance = s.instance AND r.room = s.room"
          + " WHERE s.instance = ? AND s.room = ? AND s.seq <= ? ORDER BY s.seq DESC LIMIT 1";

  /** Of a room r. */
  private static final String FIRST_ENTRY =
      "(SELECT CASE WHEN e.seq - e.size < r.oldest THEN r.oldest ELSE e.seq - e.size + 1 END"
          + " FROM entries e WHERE e.instance = r.instance AND e.room = r.room"
          + " AND e.seq >= r.oldest ORDER BY e.seq LIMIT 1)";

  /** Of a room r. */
  private static final String LAST_ENTRY =
      "(SELECT max(e.seq) FROM entries e WHERE e.instance = r.instance AND e.room = r.room)";

  /** Of a room r. */
  private static final String LAST_SNAPSHOT =
      "(SELECT max(n.seq) FROM snapshots n WHERE n.instance = r.instance AND n.room = r.room)";

  private static final String OF_ROOM = " FROM rooms r WHERE r.instance = ? AND r.room = ?";
  private static final String OLDEST = "SELECT " + FIRST_ENTRY + OF_ROOM;
  private static final String LAST = "SELECT " + LAST_ENTRY + ", " + LAST_SNAPSHOT + OF_ROOM;

  /** All rooms of an instance, each with its newest snapshot: one statement, whatever is kept. */
  private static final String ROOMS =
      "SELECT "
          + OF_SNAPSHOT
          + ", r.room, r.epoch, "
          + FIRST_ENTRY
          + ", "
          + LAST_ENTRY
          + ", EXISTS (SELECT 1 FROM push_keys k WHERE k.instance = r.instance AND k.room = r.room)"
          + " FROM rooms r LEFT JOIN snapshots s ON s.instance = r.instance AND s.room = r.room"
          + " AND s.seq = "
          + LAST_SNAPSHOT
          + " WHERE r.instance = ?";

  private static final String KEYS = "SELECT room, once, seq FROM push_keys WHERE instance = ?";

  private final int keysWindow;

  RoomReads(int keysWindow) {
    this.keysWindow = keysWindow;
  }

  /** The entries after this sequence, in order. */
  static List<Entry> after(Connection connection, String instance, String room, long seq, int limit)
      throws SQLException {
    List<Entry> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(AFTER)) {
      select.setString(1, instance);
      select.setString(2, room);
      select.setLong(3, seq);
      select.setInt(4, limit);
      long last = seq;
      try (ResultSet row = select.executeQuery()) {
        while (found.size() < limit && row.next()) {
          long oldest = row.getLong("oldest");
          for (Entry entry : entries(row)) {
            if (entry.seq() > last && entry.seq() >= oldest && found.size() < limit) {
              found.add(entry);
              last = entry.seq();
            }
          }
        }
      }
    }
    return found;
  }

  /** The last entries before this sequence, in order. */
  static List<Entry> before(
      Connection connection, String instance, String room, long seq, int limit)
      throws SQLException {
    List<Entry> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(BEFORE)) {
      select.setString(1, instance);
      select.setString(2, room);
      select.setString(3, instance);
      select.setString(4, room);
      select.setLong(5, seq);
      select.setLong(6, seq);
      // The first row may have no such entry.
      select.setInt(7, limit + 1);
      long first = seq;
      try (ResultSet row = select.executeQuery()) {
        while (found.size() < limit && row.next()) {
          long oldest = row.getLong("oldest");
          List<Entry> entries = entries(row);
          for (int i = entries.size() - 1; i >= 0 && found.size() < limit; i--) {
            Entry entry = entries.get(i);
            if (entry.seq() < first && entry.seq() >= oldest) {
              found.add(entry);
              first = entry.seq();
            }
          }
        }
      }
    }
    Collections.reverse(found);
    return found;
  }

  /** The entries of a row that begins with {@link #COLUMNS}. */
  static List<Entry> entries(ResultSet row) throws SQLException {
    long seq = row.getLong(1);
    int kind = row.getInt(5);
    byte[] payload = row.getBytes(6);
    if (kind == BLOCK) {
      return EntryBlocks.entries(seq, row.getInt(8), payload);
    }
    return List.of(
        new Entry(
            seq,
            row.getLong(2),
            row.getString(3),
            StoredText.back(row.getString(4)),
            payload(kind, payload),
            StoredText.back(row.getString(7))));
  }

  private static Payload payload(int kind, byte[] bytes) {
    return kind == 1 ? Payload.binary(bytes) : Payload.json(bytes);
  }

  /** Null if there is no snapshot at or before this entry. */
  static Snapshot snapshot(Connection connection, String instance, String room, long seq)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SNAPSHOT)) {
      select.setString(1, instance);
      select.setString(2, room);
      select.setLong(3, seq);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? snapshot(row) : null;
      }
    }
  }

  /** The snapshot of a row that begins with {@link #OF_SNAPSHOT}; null if it has none. */
  private static Snapshot snapshot(ResultSet row) throws SQLException {
    String epoch = row.getString(2);
    return epoch == null
        ? null
        : new Snapshot(
            row.getLong(1),
            epoch,
            row.getLong(3),
            row.getLong(4),
            row.getLong(5),
            payload(row.getInt(6), row.getBytes(7)));
  }

  Map<String, Journal.Room> of(Connection connection, String instance) throws SQLException {
    Map<String, Journal.Room> rooms = new HashMap<>();
    boolean keys = false;
    try (PreparedStatement select = connection.prepareStatement(ROOMS)) {
      select.setString(1, instance);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Snapshot snapshot = snapshot(row);
          keys |= row.getBoolean(12);
          long last = Math.max(row.getLong(11), snapshot == null ? 0 : snapshot.seq());
          rooms.put(
              row.getString(8),
              new Journal.Room(row.getString(9), snapshot, row.getLong(10), last, new HashMap<>()));
        }
      }
    }
    if (keys) {
      addKeys(connection, instance, rooms);
    }
    return rooms;
  }

  private void addKeys(Connection connection, String instance, Map<String, Journal.Room> rooms)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(KEYS)) {
      select.setString(1, instance);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Journal.Room room = rooms.get(row.getString(1));
          long seq = row.getLong(3);
          if (room != null && seq > room.last() - keysWindow) {
            room.keys().put(StoredText.back(row.getString(2)), seq);
          }
        }
      }
    }
  }

  /** Sequence of the first entry that is kept; 0 if there is none. */
  long oldest(Connection connection, String instance, String room) throws SQLException {
    try (PreparedStatement select = ofRoom(connection, OLDEST, instance, room);
        ResultSet row = select.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** Sequence of the last entry ever appended; it may survive only in a snapshot. */
  long last(Connection connection, String instance, String room) throws SQLException {
    try (PreparedStatement select = ofRoom(connection, LAST, instance, room);
        ResultSet row = select.executeQuery()) {
      return row.next() ? Math.max(row.getLong(1), row.getLong(2)) : 0;
    }
  }

  private static PreparedStatement ofRoom(
      Connection connection, String select, String instance, String room) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(select);
    statement.setString(1, instance);
    statement.setString(2, room);
    return statement;
  }
}
