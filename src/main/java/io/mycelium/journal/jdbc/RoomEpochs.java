package io.mycelium.journal.jdbc;

import io.mycelium.journal.jdbc.KnownRooms.Place;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

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

  private record Known(String epoch, long term) {}

  /** Null if the room is not known in this term. */
  private Known ofTerm(Transaction transaction, Place place) {
    Known found = known.get(place);
    long term = transaction.generations().term(place.instance());
    return found == null || found.term() != term ? null : found;
  }

  private boolean isKnown(Transaction transaction, Place place, String epoch) {
    Known found = ofTerm(transaction, place);
    return found != null && found.epoch().equals(epoch);
  }

  private void put(Transaction transaction, Place place, String epoch) {
    known.put(place, new Known(epoch, transaction.generations().term(place.instance())));
  }

  /**
   * Reads the epochs of those that are not known with one statement of PostgreSQL: a transaction of
   * many rooms would ask for each in turn, and a node that has just taken over a thousand instances
   * has their first entries in one transaction. At its beginning, with the instances' rows locked.
   */
  void readMany(Transaction transaction, Collection<Place> places) throws SQLException {
    List<Place> unknown =
        places.stream().filter(place -> ofTerm(transaction, place) == null).toList();
    if (unknown.size() < FEW) {
      return;
    }
    PreparedStatement select = transaction.statement(MANY);
    Connection connection = select.getConnection();
    select.setArray(
        1, connection.createArrayOf("text", unknown.stream().map(Place::instance).toArray()));
    select.setArray(
        2, connection.createArrayOf("text", unknown.stream().map(Place::room).toArray()));
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        put(transaction, new Place(row.getString(1), row.getString(2)), row.getString(3));
      }
    }
  }

  /** Whether the room has a history of another epoch. */
  boolean isReplacedBy(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    if (isKnown(transaction, new Place(instance, room), epoch)) {
      return false;
    }
    transaction.flush();
    String kept = kept(transaction, instance, room);
    return kept != null && !kept.equals(epoch);
  }

  private static String kept(Transaction transaction, String instance, String room)
      throws SQLException {
    return transaction.text(
        "SELECT epoch FROM rooms WHERE instance = ? AND room = ?", instance, room);
  }

  /** Makes sure that the room exists with this epoch, which may rename its history. */
  void enter(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    Place place = new Place(instance, room);
    if (isKnown(transaction, place, epoch)) {
      return;
    }
    transaction.flush();
    String kept = kept(transaction, instance, room);
    if (kept == null) {
      transaction.update(
          "INSERT INTO rooms (instance, room, epoch) VALUES (?, ?, ?)", instance, room, epoch);
    } else if (!kept.equals(epoch)) {
      transaction.update(
          "UPDATE rooms SET epoch = ? WHERE instance = ? AND room = ?", epoch, instance, room);
    }
    put(transaction, place, epoch);
  }

  void committed() {
    known.committed();
  }

  void rolledBack() {
    known.rolledBack();
  }

  /** Drops the cache: another server may have written meanwhile. */
  void forgetAll() {
    known.forgetAll();
  }

  /** Drops rooms that are being deleted. */
  void forget(String instance) {
    known.forget(instance);
  }
}
