package io.mycelium.journal.jdbc;

import io.mycelium.journal.jdbc.KnownRooms.Place;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cache of the epochs of the rooms that were written to last, to save an append a query. What was
 * known in an earlier term counts no more: another node may have owned the instance since. On the
 * writer's thread.
 */
final class RoomEpochs {
  /** Parameters: instances, rooms; a pair of elements each. */
  private static final String MANY =
      "SELECT r.instance, r.room, r.epoch FROM unnest(?::text[], ?::text[]) p (instance, room)"
          + " JOIN rooms r ON r.instance = p.instance AND r.room = p.room";

  private static final int FEW = 2;

  private final KnownRooms<Known> known = new KnownRooms<>();

  /** What the database has of rooms that this transaction has not entered yet. */
  private final Map<Place, Optional<String>> kept = new HashMap<>();

  private record Known(String epoch, long term) {
    boolean is(String other, long now) {
      return epoch.equals(other) && term == now;
    }
  }

  private boolean isKnown(Transaction transaction, Place place, String epoch) {
    Known found = known.get(place);
    return found != null && found.is(epoch, transaction.generations().term(place.instance()));
  }

  /**
   * Reads the epochs of those that are not known with one statement of PostgreSQL, for {@link
   * #enter}: a transaction of many rooms would ask for each in turn, and a node that has just taken
   * over a thousand instances has their first entries in one transaction. At its beginning, with
   * the instances' rows locked.
   */
  void readMany(Transaction transaction, Collection<Place> places) throws SQLException {
    List<Place> unknown = places.stream().filter(place -> !isOfTerm(transaction, place)).toList();
    if (unknown.size() < FEW) {
      return;
    }
    unknown.forEach(place -> kept.put(place, Optional.empty()));
    PreparedStatement select = transaction.statement(MANY);
    Connection connection = select.getConnection();
    select.setArray(
        1, connection.createArrayOf("text", unknown.stream().map(Place::instance).toArray()));
    select.setArray(
        2, connection.createArrayOf("text", unknown.stream().map(Place::room).toArray()));
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        kept.put(new Place(row.getString(1), row.getString(2)), Optional.of(row.getString(3)));
      }
    }
  }

  private boolean isOfTerm(Transaction transaction, Place place) {
    Known found = known.get(place);
    return found != null && found.term == transaction.generations().term(place.instance());
  }

  /** Whether the room has a history of another epoch. */
  boolean isReplacedBy(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    if (isKnown(transaction, new Place(instance, room), epoch)) {
      return false;
    }
    String before = kept(transaction, new Place(instance, room));
    return before != null && !before.equals(epoch);
  }

  /** Null if there is no such room. */
  private String kept(Transaction transaction, Place place) throws SQLException {
    Optional<String> read = kept.get(place);
    if (read != null) {
      return read.orElse(null);
    }
    transaction.flush();
    return transaction.text(
        "SELECT epoch FROM rooms WHERE instance = ? AND room = ?", place.instance(), place.room());
  }

  /** Makes sure that the room exists with this epoch, which may rename its history. */
  void enter(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    Place place = new Place(instance, room);
    if (isKnown(transaction, place, epoch)) {
      return;
    }
    String before = kept(transaction, place);
    if (before == null) {
      transaction.flush();
      transaction.update(
          "INSERT INTO rooms (instance, room, epoch) VALUES (?, ?, ?)", instance, room, epoch);
    } else if (!before.equals(epoch)) {
      transaction.flush();
      transaction.update(
          "UPDATE rooms SET epoch = ? WHERE instance = ? AND room = ?", epoch, instance, room);
    }
    kept.remove(place);
    known.put(place, new Known(epoch, transaction.generations().term(instance)));
  }

  void committed() {
    kept.clear();
    known.committed();
  }

  void rolledBack() {
    kept.clear();
    known.rolledBack();
  }

  /** Drops the cache: another server may have written meanwhile. */
  void forgetAll() {
    known.forgetAll();
  }

  /** Drops rooms that are being deleted. */
  void forget(String instance) {
    kept.keySet().removeIf(place -> place.instance().equals(instance));
    known.forget(instance);
  }
}
