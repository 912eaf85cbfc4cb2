package io.mycelium.journal.jdbc;

import java.sql.SQLException;

/**
 * A cache of the epochs of the rooms that were written to last, to save an append a query. What was
 * known in an earlier term counts no more: another node may have owned the instance since. On the
 * writer's thread.
 */
final class RoomEpochs {
  private final KnownRooms<Known> known = new KnownRooms<>();

  private record Known(String epoch, long term) {
    boolean is(String other, long now) {
      return epoch.equals(other) && term == now;
    }
  }

  private boolean isKnown(Transaction transaction, KnownRooms.Place place, String epoch) {
    Known found = known.get(place);
    return found != null && found.is(epoch, transaction.generations().term(place.instance()));
  }

  /** Whether the room has a history of another epoch. */
  boolean isReplacedBy(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    if (isKnown(transaction, new KnownRooms.Place(instance, room), epoch)) {
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
    KnownRooms.Place place = new KnownRooms.Place(instance, room);
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
    known.put(place, new Known(epoch, transaction.generations().term(instance)));
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
