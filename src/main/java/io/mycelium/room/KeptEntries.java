package io.mycelium.room;

import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;

/**
 * The newest entries that a room keeps in memory: fewer while the entries of all rooms of the node
 * take too much of the heap. For the instance's thread.
 */
final class KeptEntries {
  /** Only larger changes are reported to the node. */
  private static final long UNTOLD = 64 << 10;

  /** Bytes that a room may keep while the node's budget is full. */
  private static final long CROWDED = 256 << 10;

  private final JournalConfig limits;
  private final StateAccount account;
  private long told;

  /** Null before the first entry. */
  private RecentEntries recent;

  /** Null before the first key. */
  private OnceKeys keys;

  KeptEntries(JournalConfig limits, StateAccount account, RecentEntries recent, OnceKeys keys) {
    this.limits = limits;
    this.account = account;
    this.recent = recent;
    this.keys = keys;
    tell();
  }

  void add(Entry entry) {
    if (recent == null) {
      recent = new RecentEntries(limits.maxEntriesPerRoom(), limits.maxBytesPerRoom());
    }
    recent.add(entry);
    if (entry.key() != null) {
      if (keys == null) {
        keys = new OnceKeys(limits.pushOnceWindow());
      }
      keys.add(entry.key(), entry.seq());
    }
    tell();
    if (told > CROWDED && account.budget().isCrowded()) {
      recent.shrink(CROWDED / 2);
      tell();
    }
  }

  private void tell() {
    long change = heapBytes() - told;
    if (change > UNTOLD || change < -UNTOLD) {
      told += change;
      account.keep(change);
    }
  }

  /** Called when the room is gone. */
  void release() {
    account.keep(-told);
    told = 0;
  }

  RecentEntries recent() {
    return recent;
  }

  OnceKeys keys() {
    return keys;
  }

  /** Sequence of the entry that was pushed with this key; 0 if none is known. */
  long pushedWith(String key, long last) {
    return keys == null ? 0 : keys.find(key, last);
  }

  /**
   * Whether all entries after {@code since} and up to {@code last}, the room's latest, are here.
   */
  boolean covers(long since, long last) {
    return since >= last || recent != null && recent.covers(since, last);
  }

  void trim() {
    if (recent != null) {
      recent.trim();
      tell();
    }
  }

  /** About how many bytes of heap the entries take. */
  long heapBytes() {
    return recent == null ? 0 : recent.heapBytes();
  }
}
