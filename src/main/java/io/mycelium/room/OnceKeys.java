package io.mycelium.room;

import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The keys of the room's newest entries, to recognize repeats. For the instance's thread. */
public final class OnceKeys {
  private final int window;
  private final Map<String, Long> seqByKey = new LinkedHashMap<>(4);

  /**
   * @param window number of the room's newest entries whose keys are known
   */
  OnceKeys(int window) {
    this.window = window;
  }

  /** The same with the keys from the journal. */
  public static OnceKeys restored(int window, Map<String, Long> kept) {
    OnceKeys keys = new OnceKeys(window);
    kept.entrySet().stream()
        .sorted(Comparator.comparingLong(Map.Entry::getValue))
        .forEach(each -> keys.seqByKey.put(each.getKey(), each.getValue()));
    return keys;
  }

  /** Each key with the sequence of its entry, in no order. */
  public Map<String, Long> all() {
    return Map.copyOf(seqByKey);
  }

  /** Sequence of the entry that was pushed with this key; 0 if none is known. */
  long find(String key, long last) {
    Long seq = seqByKey.get(key);
    return seq == null || seq <= last - window ? 0 : seq;
  }

  /** Adds an entry's key. Keys leave in the order of their arrival. */
  void add(String key, long seq) {
    seqByKey.remove(key);
    seqByKey.put(key, seq);
    Iterator<Long> oldestFirst = seqByKey.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next() <= seq - window) {
      oldestFirst.remove();
    }
  }
}
