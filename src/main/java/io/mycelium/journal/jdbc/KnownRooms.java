package io.mycelium.journal.jdbc;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A cache of one value for each of the rooms that were written to last, to save a query. A value
 * that is put in a transaction counts once the transaction is committed. On the writer's thread.
 */
final class KnownRooms<V> {
  private static final int MAX = 65_536;

  /** The key of a room. */
  record Place(String instance, String room) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::instance).thenComparing(Place::room);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<Place, V> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, V> eldest) {
          return size() > MAX;
        }
      };

  private final Map<Place, V> pending = new HashMap<>();

  /** Null if the value is not cached. */
  V get(Place place) {
    V put = pending.get(place);
    return put == null ? known.get(place) : put;
  }

  void put(Place place, V value) {
    pending.put(place, value);
  }

  void committed() {
    known.putAll(pending);
    pending.clear();
  }

  void rolledBack() {
    pending.clear();
  }

  /** Drops the cache: another server may have written meanwhile. */
  void forgetAll() {
    known.clear();
  }

  /** Drops rooms that are being deleted. */
  void forget(String instance) {
    known.keySet().removeIf(place -> place.instance().equals(instance));
    pending.keySet().removeIf(place -> place.instance().equals(instance));
  }
}
