package io.mycelium.journal;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The epochs of the rooms that were written to last, so that an append need not look them up. On
 * the writer's thread.
 */
final class RoomEpochs {
  private static final int MAX = 65_536;

  private record Key(String instance, String room) {}

  private final Map<Key, String> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
          return size() > MAX;
        }
      };

  private final Map<Key, String> pending = new HashMap<>();

  /** Whether a history of another epoch is there. */
  boolean isReplacedBy(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    Key key = new Key(instance, room);
    if (epoch.equals(pending.getOrDefault(key, known.get(key)))) {
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

  /** Makes sure that the room is there under that epoch, which may rename its history. */
  void enter(Transaction transaction, String instance, String room, String epoch)
      throws SQLException {
    Key key = new Key(instance, room);
    String now = pending.getOrDefault(key, known.get(key));
    if (epoch.equals(now)) {
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
    pending.put(key, epoch);
  }

  void committed() {
    known.putAll(pending);
    pending.clear();
  }

  void rolledBack() {
    pending.clear();
  }

  /** Another server may have written meanwhile. */
  void forgetAll() {
    known.clear();
  }

  /** Rooms are being deleted. */
  void forget(String instance) {
    known.keySet().removeIf(key -> key.instance().equals(instance));
    pending.keySet().removeIf(key -> key.instance().equals(instance));
  }
}
