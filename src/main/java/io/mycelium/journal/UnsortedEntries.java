package io.mycelium.journal;

import io.mycelium.journal.KnownRooms.Place;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Entries that are on disk in the order in which they came, and in memory too. In the table of
 * entries each room has pages of its own, so that a commit of one entry in each of some hundred
 * rooms writes as many pages; such a commit becomes one row of {@code unsorted} instead. Once
 * thousands are there they are moved to the table of entries in its order, some with each commit,
 * and a page serves many. Whoever reads a room has its entries moved first.
 *
 * <p>On the writer's thread, save {@link #has}. What is done in a transaction counts once {@link
 * #committed} is called.
 */
final class UnsortedEntries {
  /** An entry, and whose it is. */
  record Kept(String instance, long generation, String room, Entry entry) {
    private Place place() {
      return new Place(instance, room);
    }
  }

  /**
   * When a commit goes this way, and for how long.
   *
   * @param fewest entries of a commit
   * @param perRoom entries in each of its rooms, on average, for which a page of their own is no
   *     waste
   * @param bytes of an entry's payload, on average, likewise
   * @param most entries that gather before they are moved
   * @param part of them that is moved with a commit, or a quarter more than came with it
   */
  record Limits(int fewest, int perRoom, int bytes, int most, int part) {
    static final Limits DEFAULT = new Limits(16, 8, 512, 8192, 512);
  }

  private static final int SQLITE_CONSTRAINT = 19;
  private static final Comparator<Kept> BY_ROOM =
      Comparator.comparing(Kept::instance)
          .thenComparing(Kept::room)
          .thenComparingLong(kept -> kept.entry().seq());

  private final Limits limits;

  /** How many each instance has here; any thread reads it. */
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  /** Sequence of the newest entry. */
  private final KnownRooms<Long> newest = new KnownRooms<>();

  private List<Kept> arrived = new ArrayList<>();

  /** Those that are being moved, in the table's order; some of the first are there already. */
  private List<Kept> moving = List.of();

  private int moved;

  /** Entries in the rows that are not being moved, those of rooms included that somebody read. */
  private int gathered;

  /** Ids: of the last row, of the last that is being moved, of the last that went. */
  private long lastRow;

  private long movingUpTo;
  private long goneUpTo;

  private final Change change = new Change();

  /** What the open transaction does. */
  private static final class Change {
    private final List<Kept> added = new ArrayList<>();
    private final Set<Place> places = new HashSet<>();
    private boolean row;
    private boolean all;
    private int moved;
    private long goneUpTo;

    private void clear(int alreadyMoved, long alreadyGone) {
      added.clear();
      places.clear();
      row = false;
      all = false;
      moved = alreadyMoved;
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

  /** Takes up what the process before left; before anything is written. */
  void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT id, entries FROM unsorted ORDER BY id")) {
      while (row.next()) {
        lastRow = row.getLong(1);
        arrive(EntryBlob.read(row.getBytes(2)));
      }
    }
  }

  private void arrive(List<Kept> entries) {
    arrived.addAll(entries);
    gathered += entries.size();
    entries.forEach(kept -> counts.merge(kept.instance(), 1, Integer::sum));
  }

  /**
   * Adds to what the transaction writes.
   *
   * @throws SQLException (a constraint's) if the room has an entry of that sequence or a later one
   */
  void add(Transaction transaction, Kept kept) throws SQLException {
    Place place = kept.place();
    if (!transaction.isAgain() && kept.entry().seq() <= newest(transaction, place)) {
      throw new SQLException(
          "entry " + kept.entry().seq() + " of " + place + " is there already",
          "23000",
          SQLITE_CONSTRAINT);
    }
    newest.put(place, kept.entry().seq());
    change.added.add(kept);
  }

  private long newest(Transaction transaction, Place place) throws SQLException {
    Long known = newest.get(place);
    if (known == null) {
      known =
          transaction.number(
              0,
              "SELECT max(seq) FROM entries WHERE instance = ? AND room = ?",
              place.instance(),
              place.room());
      for (Kept kept : all(each -> each.place().equals(place))) {
        known = Math.max(known, kept.entry().seq());
      }
    }
    return known;
  }

  /** Those that are committed and not in the table, in its order. */
  private List<Kept> all(Predicate<Kept> wanted) {
    List<Kept> found = new ArrayList<>();
    if (change.all) {
      // What was moved in this transaction may be deleted in it, too.
      return found;
    }
    moving.subList(moved, moving.size()).stream().filter(wanted).forEach(found::add);
    arrived.stream().filter(wanted).forEach(found::add);
    found.sort(BY_ROOM);
    return found;
  }

  /** Writes what was added, and moves a part of what gathered. */
  void write(Transaction transaction) throws SQLException {
    if (transaction.isAgain()) {
      // The first try may have left a row.
      transaction.update("DELETE FROM unsorted WHERE id > ?", lastRow);
    }
    if (isScattered()) {
      change.row = true;
      transaction.update(
          "INSERT OR REPLACE INTO unsorted (id, entries) VALUES (?, ?)",
          lastRow + 1,
          EntryBlob.of(change.added));
    } else {
      transaction.insert(change.added);
    }
    if (!change.all) {
      movePart(transaction, Math.max(limits.part(), change.added.size() * 5 / 4), limits.most());
    }
  }

  private boolean isScattered() {
    int count = change.added.size();
    if (count < limits.fewest() || count >= (long) limits.perRoom() * newest.changed()) {
      return false;
    }
    long bytes = 0;
    for (Kept kept : change.added) {
      bytes += kept.entry().payload().length();
    }
    return bytes <= (long) limits.bytes() * count;
  }

  /** Moves some of those that are there, however few that are. */
  void movePart(Transaction transaction) throws SQLException {
    movePart(transaction, limits.part(), 1);
  }

  private void movePart(Transaction transaction, int count, int fewest) throws SQLException {
    if (movingUpTo == goneUpTo) {
      if (gathered < fewest) {
        return;
      }
      moving = arrived;
      moving.sort(BY_ROOM);
      movingUpTo = lastRow;
      arrived = new ArrayList<>();
      gathered = 0;
    }
    change.moved = Math.min(moving.size(), moved + count);
    transaction.insert(moving.subList(moved, change.moved));
    if (change.moved == moving.size()) {
      transaction.update("DELETE FROM unsorted WHERE id <= ?", movingUpTo);
      change.goneUpTo = movingUpTo;
    }
  }

  /** Moves all entries, and those of the transaction, so that rows can be deleted for good. */
  void moveAll(Transaction transaction) throws SQLException {
    transaction.insert(all(kept -> true));
    transaction.insert(change.added);
    change.added.clear();
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
    if (!has(instance) && change.added.isEmpty()) {
      return;
    }
    Predicate<Kept> wanted =
        kept -> kept.instance().equals(instance) && (room == null || kept.room().equals(room));
    List<Kept> found = all(wanted);
    change.added.stream().filter(wanted).forEach(found::add);
    change.added.removeIf(wanted);
    found.forEach(kept -> change.places.add(kept.place()));
    transaction.insert(found);
  }

  /** Rooms of an instance are being deleted. */
  void forget(String instance) {
    newest.forget(instance);
  }

  void committed() {
    if (change.all) {
      counts.clear();
      arrived.clear();
      moving = List.of();
      movingUpTo = change.goneUpTo;
      change.moved = 0;
      gathered = 0;
    } else {
      leave();
    }
    if (change.row) {
      lastRow++;
      arrive(change.added);
    }
    newest.committed();
    moved = change.moved;
    goneUpTo = change.goneUpTo;
    change.clear(moved, goneUpTo);
  }

  /** Lets go of what went to the table. */
  private void leave() {
    leave(moving.subList(moved, change.moved));
    if (!change.places.isEmpty()) {
      Predicate<Kept> isGone = kept -> change.places.contains(kept.place());
      List<Kept> rest = new ArrayList<>(moving.subList(change.moved, moving.size()));
      leave(rest.stream().filter(isGone).toList());
      leave(arrived.stream().filter(isGone).toList());
      rest.removeIf(isGone);
      arrived.removeIf(isGone);
      moving = rest;
      change.moved = 0;
    } else if (change.moved == moving.size()) {
      moving = List.of();
      change.moved = 0;
    }
  }

  private void leave(List<Kept> gone) {
    for (Kept kept : gone) {
      counts.computeIfPresent(kept.instance(), (id, count) -> count == 1 ? null : count - 1);
    }
  }

  void rolledBack() {
    newest.rolledBack();
    change.clear(moved, goneUpTo);
  }
}
