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
 * Entries that are on disk in the order in which they were committed, and in memory too. In the
 * table of entries each room has pages of its own, so that a commit of one entry in each of some
 * hundred rooms writes as many pages; such a commit becomes one row of {@code unsorted} instead.
 * Once thousands are there they are moved to the table of entries, room by room, some with each
 * commit: a page serves many, and so does a row. Whoever reads a room has its entries moved first,
 * and what is written to the table takes those of its room along.
 *
 * <p>Rows of the table may overlap, where a commit of which nothing was heard was repeated. Readers
 * go by the order of the rows, which is that of their last entries, and rely on this: what is
 * before a row's first entry is in rows before it.
 *
 * <p>On the writer's thread, save {@link #has}. What is done in a transaction counts once {@link
 * #committed} is called.
 */
public final class UnsortedEntries {
  /**
   * When a commit goes this way, and for how long.
   *
   * @param fewest entries of a commit
   * @param perRoom entries in each of its rooms, on average, for which a page of their own is no
   *     waste
   * @param bytes of an entry's payload, on average, likewise
   * @param most entries that gather before they are moved
   * @param part of them that is moved with a commit, or a quarter more than came with it; the last
   *     one's room is moved whole
   */
  public record Limits(int fewest, int perRoom, int bytes, int most, int part) {
    public static final Limits DEFAULT = new Limits(16, 8, 512, 8192, 512);
  }

  private static final int SQLITE_CONSTRAINT = 19;

  /** Sequence of the first entry in the row that has an entry. */
  private static final String HOLDER =
      "SELECT seq - size + 1 FROM entries WHERE instance = ? AND room = ? AND seq >= ?"
          + " ORDER BY seq LIMIT 1";

  private final Limits limits;

  /** How many blocks each instance has here; any thread reads it. */
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /** Sequence of the newest entry. */
  private final KnownRooms<Long> newest = new KnownRooms<>();

  private Map<Place, List<EntryBlock>> arrived = new HashMap<>();

  /** Those that are being moved; the rooms that are done are gone from it. */
  private TreeMap<Place, List<EntryBlock>> moving = new TreeMap<>();

  /** Entries in the rows that are not being moved, those of rooms included that somebody read. */
  private int gathered;

  /** Ids: of the last row, of the last that is being moved, of the last that went. */
  private long lastRow;

  private long movingUpTo;
  private long goneUpTo;

  /** Whether there may be a row behind the last one. */
  private boolean leftOver;

  private final Change change = new Change();

  /** What the open transaction does. */
  private static final class Change {
    private final Map<Place, List<EntryBlocks.Kept>> added = new LinkedHashMap<>();

    /** Rooms of which all that was there is in the table. */
    private final Set<Place> sorted = new HashSet<>();

    /** Rooms of which what was being moved is. */
    private final Set<Place> moved = new HashSet<>();

    /** What the new row has; empty if there is none. */
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

  /** Whether entries of an instance are not in the table of entries yet. Any thread. */
  boolean has(String instance) {
    return counts.containsKey(instance);
  }

  /** Whether no row is left. */
  boolean isEmpty() {
    return lastRow == goneUpTo;
  }

  /**
   * Takes up what the process before left; before anything is written. What a row of the table has
   * is left out: put there again in a shorter row it would come before what the longer one has in
   * front of it.
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
   * Adds to what the transaction writes.
   *
   * @throws SQLException (a constraint's) if the room has an entry of that sequence or a later one
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

  /** Of what is known to be committed: the table may have what is written again, too. */
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

  /** What is committed of a room and not in the table, in order. */
  private List<EntryBlock> unsorted(Place place) {
    List<EntryBlock> found = new ArrayList<>();
    // What was moved in this transaction may be deleted in it, too.
    if (!change.all && !change.sorted.contains(place)) {
      found.addAll(moving.getOrDefault(place, List.of()));
      found.addAll(arrived.getOrDefault(place, List.of()));
    }
    return found;
  }

  /** Writes what was added, and moves a part of what gathered. */
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

  /** A row whose commit failed, as far as was heard. */
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

  /** Moves some of those that are there, however few that are. */
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

  /** Moves all entries, and those of the transaction, so that rows can be deleted for good. */
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
   * Moves the entries of a room, or of all rooms of an instance where {@code room} is null, so that
   * they can be read from the table. Rows that have them stay.
   */
  void moveRoom(Transaction transaction, String instance, String room) throws SQLException {
    if (has(instance) || !change.added.isEmpty()) {
      for (Place place : places(instance, room)) {
        sort(transaction, place);
      }
    }
  }

  /** Rooms that have unsorted entries or may have, in about the table's order; null for any. */
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

  /** Rooms of an instance are being deleted. */
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

  /** Lets go of what went to the table. */
  private void leave(List<EntryBlock> gone) {
    if (gone != null) {
      for (EntryBlock block : gone) {
        counts.computeIfPresent(
            block.place().instance(), (id, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  /** Or the commit of the transaction failed, as far as was heard. */
  void rolledBack() {
    leftOver |= !change.row.isEmpty();
    newest.rolledBack();
    change.clear(goneUpTo);
  }
}
