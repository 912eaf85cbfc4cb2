package io.mycelium.journal.jdbc;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal.Origin;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * The shared state of one transaction's writes: the generations, and statements that are sent
 * together. On the writer's thread.
 */
final class Transaction {
  private static final String INSERT_ENTRY =
      "INSERT INTO entries (instance, room, seq, generation, at, event, usr, kind, payload, once)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** The same in a cluster. */
  private static final String INSERT_OF_COMMAND =
      "INSERT INTO entries (instance, room, seq, generation, at, event, usr, kind, payload, once,"
          + " link, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** Of two rows that end with the same entry, the longer row contains the shorter one. */
  private static final String INSERT_BLOCK =
      "INSERT INTO entries (instance, room, seq, generation, at, event, kind, payload, size)"
          + " VALUES (?, ?, ?, ?, ?, '', 2, ?, ?) ON CONFLICT (instance, room, seq) DO UPDATE SET"
          + " generation = excluded.generation, at = excluded.at, event = excluded.event, usr ="
          + " NULL, kind = excluded.kind, payload = excluded.payload, once = NULL, size ="
          + " excluded.size WHERE excluded.size > entries.size";

  private static final String INSERT_KEY =
      "INSERT INTO push_keys (instance, room, seq, once) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (instance, room, seq) DO UPDATE SET once = excluded.once";

  /** Rows are copies of their blocks: at most this many are held. */
  private static final int MAX_ROW_BYTES = 1 << 20;

  private final Statements statements;
  private final Generations generations;
  private final RoomEpochs epochs;
  private final boolean again;

  /** Null if each entry goes to its table at once. */
  private final UnsortedEntries unsorted;

  private PreparedStatement entries;
  private PreparedStatement ofCommands;
  private PreparedStatement rows;
  private PreparedStatement keys;
  private int entriesAdded;
  private int ofCommandsAdded;
  private int rowBytes;

  /**
   * @param unsorted null if each entry goes to its table at once
   * @param again whether the same writes were tried before with an unknown outcome: existing rows
   *     are then ours, since the generations still are
   */
  Transaction(
      Statements statements,
      Generations generations,
      RoomEpochs epochs,
      UnsortedEntries unsorted,
      boolean again)
      throws SQLException {
    this.statements = statements;
    this.epochs = epochs;
    this.unsorted = unsorted;
    this.again = again;
    this.generations = generations;
  }

  RoomEpochs epochs() {
    return epochs;
  }

  boolean isAgain() {
    return again;
  }

  Generations generations() {
    return generations;
  }

  /**
   * @param origin which command made the entry; null if that is not kept
   */
  void add(String instance, long generation, String room, Entry entry, Origin origin)
      throws SQLException {
    if (unsorted == null) {
      insert(instance, generation, room, entry, origin);
    } else {
      unsorted.add(this, new Place(instance, room), new EntryBlocks.Kept(generation, entry));
    }
    if (entry.key() != null) {
      addKey(instance, room, entry);
    }
  }

  /**
   * Adds entries to the table of entries, with as many in a row as allowed; entries that exist
   * already are identical.
   *
   * @param blocks grouped by room, and in order
   */
  void insert(List<EntryBlock> blocks) throws SQLException {
    for (int from = 0; from < blocks.size(); ) {
      int to = from + EntryBlocks.joined(blocks, from);
      insertRow(blocks.subList(from, to));
      from = to;
    }
  }

  private void insertRow(List<EntryBlock> blocks) throws SQLException {
    if (rows == null) {
      rows = prepare(INSERT_BLOCK);
    }
    EntryBlock last = blocks.get(blocks.size() - 1);
    long latest = last.latest();
    for (EntryBlock block : blocks) {
      latest = Math.max(latest, block.latest());
    }
    rows.setString(1, last.place().instance());
    rows.setString(2, last.place().room());
    rows.setLong(3, last.last());
    rows.setLong(4, last.generation());
    rows.setLong(5, latest);
    byte[] payload = EntryBlocks.row(blocks);
    rows.setBytes(6, payload);
    rows.setLong(7, last.last() - blocks.get(0).first() + 1);
    rows.addBatch();
    rowBytes += payload.length;
    if (rowBytes > MAX_ROW_BYTES) {
      sendRows();
    }
  }

  private void sendRows() throws SQLException {
    rows.executeBatch();
    rowBytes = 0;
  }

  private void insert(String instance, long generation, String room, Entry entry, Origin origin)
      throws SQLException {
    if (origin == null) {
      if (entries == null) {
        entries = prepare(again ? INSERT_ENTRY + " ON CONFLICT DO NOTHING" : INSERT_ENTRY);
      }
      insert(entries, instance, generation, room, entry);
      entries.addBatch();
      entriesAdded++;
      return;
    }
    if (ofCommands == null) {
      ofCommands =
          prepare(again ? INSERT_OF_COMMAND + " ON CONFLICT DO NOTHING" : INSERT_OF_COMMAND);
    }
    insert(ofCommands, instance, generation, room, entry);
    ofCommands.setString(11, origin.link());
    ofCommands.setLong(12, origin.number());
    ofCommands.addBatch();
    ofCommandsAdded++;
  }

  private static void insert(
      PreparedStatement insert, String instance, long generation, String room, Entry entry)
      throws SQLException {
    insert.setString(1, instance);
    insert.setString(2, room);
    insert.setLong(3, entry.seq());
    insert.setLong(4, generation);
    insert.setLong(5, entry.at());
    insert.setString(6, entry.event());
    insert.setString(7, StoredText.of(entry.user()));
    insert.setInt(8, entry.payload().isBinary() ? 1 : 0);
    insert.setBytes(9, entry.payload().bytes());
    insert.setString(10, StoredText.of(entry.key()));
  }

  private void addKey(String instance, String room, Entry entry) throws SQLException {
    if (keys == null) {
      keys = prepare(INSERT_KEY);
    }
    keys.setString(1, instance);
    keys.setString(2, room);
    keys.setLong(3, entry.seq());
    keys.setString(4, StoredText.of(entry.key()));
    keys.addBatch();
  }

  /** Makes all entries of a room visible to reads in this transaction. */
  void sort(String instance, String room) throws SQLException {
    if (unsorted != null) {
      unsorted.moveRoom(this, instance, room);
    }
    flush();
  }

  /** The same for all entries of the store, which may then be deleted. */
  void sortAll() throws SQLException {
    if (unsorted != null) {
      unsorted.moveAll(this);
    }
    flush();
  }

  /** Forgets rooms of an instance that are being deleted. */
  void forget(String instance) {
    epochs.forget(instance);
    if (unsorted != null) {
      unsorted.forget(instance);
    }
  }

  /** Sends all remaining statements. */
  void end() throws SQLException {
    if (unsorted != null) {
      unsorted.write(this);
    }
    flush();
  }

  /**
   * Sends the gathered statements, so that later statements of this transaction come after them.
   */
  void flush() throws SQLException {
    if (entriesAdded > 0) {
      entries.executeBatch();
      entriesAdded = 0;
    }
    if (ofCommandsAdded > 0) {
      ofCommands.executeBatch();
      ofCommandsAdded = 0;
    }
    if (rowBytes > 0) {
      sendRows();
    }
    if (keys != null) {
      keys.executeBatch();
    }
    for (Map.Entry<String, Long> each : generations.raised().entrySet()) {
      update("UPDATE instances SET generation = ? WHERE id = ?", each.getValue(), each.getKey());
    }
    generations.raised().clear();
  }

  /** Returns how many rows changed. */
  int update(String sql, Object... values) throws SQLException {
    return statement(sql, values).executeUpdate();
  }

  /** A number, or {@code absent} if there is no row or it is null. */
  long number(long absent, String sql, Object... values) throws SQLException {
    try (ResultSet row = statement(sql, values).executeQuery()) {
      if (!row.next()) {
        return absent;
      }
      long found = row.getLong(1);
      return row.wasNull() ? absent : found;
    }
  }

  /** A text, or null if there is no row. */
  String text(String sql, Object... values) throws SQLException {
    try (ResultSet row = statement(sql, values).executeQuery()) {
      return row.next() ? row.getString(1) : null;
    }
  }

  /**
   * The room and sequence of the first row after this many rows, or after this many entries; null
   * if there is none.
   *
   * @param select room, sequence and number of entries, in order
   */
  Object[] rowBehind(int rows, long entries, String select, Object... values) throws SQLException {
    try (ResultSet row = statement(select, values).executeQuery()) {
      long through = 0;
      for (int i = 0; row.next(); i++) {
        through += row.getLong(3);
        if (i == rows || through > entries) {
          return new Object[] {row.getString(1), row.getLong(2)};
        }
      }
      return null;
    }
  }

  /** Two columns, or null if there is no row. */
  Object[] row(String sql, Object... values) throws SQLException {
    try (ResultSet row = statement(sql, values).executeQuery()) {
      return row.next() ? new Object[] {row.getString(1), row.getLong(2)} : null;
    }
  }

  /** The columns of the first row, or none if there is no row. */
  List<Entry> entries(String sql, Object... values) throws SQLException {
    try (ResultSet row = statement(sql, values).executeQuery()) {
      return row.next() ? RoomReads.entries(row) : List.of();
    }
  }

  /** One that is sent at once, and closed with the connection. */
  PreparedStatement statement(String sql, Object... values) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    // An earlier transaction may have ended before it sent its gathered statements.
    statement.clearBatch();
    return statement;
  }
}
