package io.mycelium.journal.jdbc;

import io.mycelium.journal.jdbc.KnownRooms.Place;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Entries that are on disk in the order of their commits, and in memory too. In the table of
 * entries each room has its own pages, so a commit of one entry in each of some hundred rooms
 * writes as many pages; such a commit becomes one row of {@code unsorted} instead. Once there are
 * thousands of entries, they are moved to the table of entries, room by room, a part with each
 * commit: a page then serves many entries, and so does a row. A read of a room moves its entries
 * first, and a write to the table takes the entries of its room along.
 *
 * <p>Rows of the table may overlap after a commit with an unknown outcome was repeated. Readers
 * follow the order of the rows, which is the order of their last entries, and rely on this: entries
 * before a row's first entry are in earlier rows.
 *
 * <p>On the writer's thread, except {@link #has}. Changes within a transaction count once {@link
 * #committed} is called.
 */
public final class UnsortedEntries {
  /**
   * When a commit is stored unsorted, and for how long.
   *
   * @param fewest entries of a commit
   * @param perRoom average entries in each of its rooms from which separate pages are worth their
   *     cost
   * @param bytes average size of a payload from which separate pages are worth their cost
   * @param most entries that gather before they are moved
   * @param part of them that is moved with a commit, or a quarter more than the commit's entries;
   *     the room of the last moved entry is moved whole
   */
  public record Limits(int fewest, int perRoom, int bytes, int most, int part) {
    public static final Limits DEFAULT = new Limits(16, 8, 512, 8192, 512);
  }

  private static final int SQLITE_CONSTRAINT = 19;

  /** Sequence of the first entry in the row that contains an entry. */
  private static final String HOLDER =
      "SELECT seq - size + 1 FROM entries WHERE instance = ? AND room = ? AND seq >= ?"
          + " ORDER BY seq LIMIT 1";

  private final Limits limits;

  /** How many unsorted blocks each instance has; read by any thread. */
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /** Sequence of the newest entry. */
  private final KnownRooms<Long> newest = new KnownRooms<>();

  private Map<Place, List<EntryBlock>> arrived = new HashMap<>();

  /** The entries that are being moved, without finished rooms. */
  private TreeMap<Place, List<EntryBlock>> moving = new TreeMap<>();

  /**
   * Number of entries in the rows that are not being moved, including entries that a read has moved
   * already.
   */
  private int gathered;

  /** Ids of the last row, of the last row that is being moved, and of the last deleted row. */
  private long lastRow;

  private long movingUpTo;
  private long goneUpTo;

  /** Whether there may be a row after the last one. */
  private boolean leftOver;

  private final Change change = new Change();

  /** Changes of the open transaction. */
  private static final class Change {
    private final Map<Place, List<EntryBlocks.Kept>> added = new LinkedHashMap<>();

    /** Rooms whose entries are all in the table. */
    private final Set<Place> sorted = new HashSet<>();

    /** Rooms whose entries that were being moved are in the table. */
    private final Set<Place> moved = new HashSet<>();

    /** Blocks of the new row; empty if there is none. */
    private List<EntryBlock> row = List.of();

    private boolean all;
    private long goneUpTo;

    private void clear(long alreadyGone) {
      added.clear();
      sorted.clear();
      moved.clear();
      row = List.of();
      all = false;
      goneUpTo = alreadyGone;
    }
  }

  UnsortedEntries(Limits limits) {
    this.limits = limits;
  }

  /** Whether an instance has entries that are not in the table of entries yet. Any thread. */
  boolean has(String instance) {
    return counts.containsKey(instance);
  }

  /** Whether no row is left. */
  boolean isEmpty() {
    return lastRow == goneUpTo;
  }

  /**
   * Loads the rows that the previous process left, before anything is written. Entries that the
   * table has are left out: written again in a shorter row, they would come before the longer row's
   * earlier entries.
   */
  void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        PreparedStatement holder = connection.prepareStatement(HOLDER);
        ResultSet row = statement.executeQuery("SELECT id, entries FROM unsorted ORDER BY id")) {
      while (row.next()) {
        lastRow = row.getLong(1);
        for (EntryBlock block : EntryBlocks.read(row.getBytes(2))) {
          gathered += block.size();
          if (!isSorted(holder, block)) {
            arrive(block);
          }
        }
      }
    }
  }

  private static boolean isSorted(PreparedStatement holder, EntryBlock block) throws SQLException {
    holder.setString(1, block.place().instance());
    holder.setString(2, block.place().room());
    holder.setLong(3, block.last());
    try (ResultSet first = holder.executeQuery()) {
      return first.next() && first.getLong(1) <= block.first();
    }
  }

  private void arrive(EntryBlock block) {
    arrived.computeIfAbsent(block.place(), place -> new ArrayList<>()).add(block);
    counts.merge(block.place().instance(), 1, Integer::sum);
  }

  /**
   * Adds entries to the transaction.
   *
   * @throws SQLException (a constraint's) if the room has an entry with this sequence or a later
   *     one
   */
  void add(Transaction transaction, Place place, EntryBlocks.Kept kept) throws SQLException {
    if (kept.entry().seq() <= newest(transaction, place)) {
      throw new SQLException(
          "entry " + kept.entry().seq() + " of " + place + " is there already",
          "23000",
          SQLITE_CONSTRAINT);
    }
    newest.put(place, kept.entry().seq());
    change.added.computeIfAbsent(place, room -> new ArrayList<>()).add(kept);
  }

  /**
   * Considers only entries known to be committed: the table may also have entries that are written
   * again.
   */
  private long newest(Transaction transaction, Place place) throws SQLException {
    Long known = newest.get(place);
    if (known == null && transaction.isAgain()) {
      return 0;
    } else if (known == null) {
      known =
          transaction.number(
              0,
              "SELECT max(seq) FROM entries WHERE instance = ? AND room = ?",
              place.instance(),
              place.room());
      for (EntryBlock block : unsorted(place)) {
        known = Math.max(known, block.last());
      }
    }
    return known;
  }

  /** The committed entries of a room that are not in the table, in order. */
  private List<EntryBlock> unsorted(Place place) {
    List<EntryBlock> found = new ArrayList<>();
    // Entries that this transaction moved may be deleted in it, too.
    if (!change.all && !change.sorted.contains(place)) {
      found.addAll(moving.getOrDefault(place, List.of()));
      found.addAll(arrived.getOrDefault(place, List.of()));
    }
    return found;
  }

  /** Writes the added entries, and moves a part of the gathered ones. */
  void write(Transaction transaction) throws SQLException {
    dropLeftOver(transaction);
    int count = 0;
    for (List<EntryBlocks.Kept> entries : change.added.values()) {
      count += entries.size();
    }
    if (isScattered(count)) {
      EntryBlocks.Encoded encoded = EntryBlocks.of(change.added);
      change.row = encoded.blocks();
      transaction.update(
          "INSERT INTO unsorted (id, entries) VALUES (?, ?)", lastRow + 1, encoded.row());
    } else {
      for (Place place : List.copyOf(change.added.keySet())) {
        sort(transaction, place);
      }
    }
    if (!change.all) {
      movePart(transaction, Math.max(limits.part(), count * 5 / 4), limits.most());
    }
  }

  /** A row whose commit was reported as failed. */
  private void dropLeftOver(Transaction transaction) throws SQLException {
    if (leftOver) {
      transaction.update("DELETE FROM unsorted WHERE id > ?", lastRow);
    }
  }

  private boolean isScattered(int count) {
    if (count < limits.fewest() || count >= (long) limits.perRoom() * change.added.size()) {
      return false;
    }
    long bytes = 0;
    for (List<EntryBlocks.Kept> entries : change.added.values()) {
      for (EntryBlocks.Kept kept : entries) {
        bytes += kept.entry().payload().length();
      }
    }
    return bytes <= (long) limits.bytes() * count;
  }

  /** Moves a part of the entries, however few there are. */
  void movePart(Transaction transaction) throws SQLException {
    dropLeftOver(transaction);
    movePart(transaction, limits.part(), 0);
  }

  private void movePart(Transaction transaction, int count, int fewest) throws SQLException {
    if (movingUpTo == goneUpTo) {
      if (gathered < fewest) {
        return;
      }
      moving = new TreeMap<>(arrived);
      movingUpTo = lastRow;
      arrived = new HashMap<>();
      gathered = 0;
    }
    int moved = 0;
    for (Map.Entry<Place, List<EntryBlock>> room : moving.entrySet()) {
      if (moved >= count) {
        return;
      }
      if (!change.sorted.contains(room.getKey())) {
        transaction.insert(room.getValue());
        change.moved.add(room.getKey());
        for (EntryBlock block : room.getValue()) {
          moved += block.size();
        }
      }
    }
    transaction.update("DELETE FROM unsorted WHERE id <= ?", movingUpTo);
    change.goneUpTo = movingUpTo;
  }

  /** Moves all entries, including the transaction's, so that rows can be deleted. */
  void moveAll(Transaction transaction) throws SQLException {
    for (Place place : places(null, null)) {
      sort(transaction, place);
    }
    change.all = true;
    change.goneUpTo = lastRow;
    if (lastRow > goneUpTo) {
      transaction.update("DELETE FROM unsorted");
    }
  }

  /**
   * Moves the entries of a room, or of all rooms of an instance if {@code room} is null, so that
   * they can be read from the table. The rows of {@code unsorted} stay.
   */
  void moveRoom(Transaction transaction, String instance, String room) throws SQLException {
    if (has(instance) || !change.added.isEmpty()) {
      for (Place place : places(instance, room)) {
        sort(transaction, place);
      }
    }
  }

  /** Rooms that have or may have unsorted entries, in about the table's order; null for any. */
  private Set<Place> places(String instance, String room) {
    if (room != null) {
      return Set.of(new Place(instance, room));
    }
    Set<Place> found = new TreeSet<>();
    Stream.of(moving, arrived, change.added)
        .skip(change.all ? 2 : 0)
        .flatMap(rooms -> rooms.keySet().stream())
        .filter(place -> instance == null || place.instance().equals(instance))
        .forEach(found::add);
    return found;
  }

  private void sort(Transaction transaction, Place place) throws SQLException {
    List<EntryBlock> blocks = unsorted(place);
    List<EntryBlocks.Kept> added = change.added.remove(place);
    if (added != null) {
      blocks.addAll(EntryBlocks.of(Map.of(place, added)).blocks());
    }
    transaction.insert(blocks);
    change.sorted.add(place);
  }

  /** Forgets rooms of an instance that are being deleted. */
  void forget(String instance) {
    newest.forget(instance);
  }

  void committed() {
    if (change.all) {
      counts.clear();
      arrived.clear();
      moving.clear();
      movingUpTo = change.goneUpTo;
      gathered = 0;
    } else {
      change.moved.forEach(place -> leave(moving.remove(place)));
      for (Place place : change.sorted) {
        leave(moving.remove(place));
        leave(arrived.remove(place));
      }
    }
    if (!change.row.isEmpty()) {
      lastRow++;
      for (EntryBlock block : change.row) {
        gathered += block.size();
        arrive(block);
      }
    }
    leftOver = false;
    newest.committed();
    goneUpTo = change.goneUpTo;
    change.clear(goneUpTo);
  }

  /** Forgets the entries that were moved to the table. */
  private void leave(List<EntryBlock> gone) {
    if (gone != null) {
      for (EntryBlock block : gone) {
        counts.computeIfPresent(
            block.place().instance(), (id, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  /** Undoes the transaction: its commit was reported as failed. */
  void rolledBack() {
    leftOver |= !change.row.isEmpty();
    newest.rolledBack();
    change.clear(goneUpTo);
  }
}
