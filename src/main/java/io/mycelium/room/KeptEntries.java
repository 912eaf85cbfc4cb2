package io.mycelium.room;

import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;

/** What a room remembers of its newest entries. For the instance's thread. */
final class KeptEntries {
  private final JournalConfig limits;

  /** Null before the first entry. */
  private RecentEntries recent;

  /** Null before the first key. */
  private OnceKeys keys;

  KeptEntries(JournalConfig limits, RecentEntries recent, OnceKeys keys) {
    this.limits = limits;
    this.recent = recent;
    this.keys = keys;
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
  }

  RecentEntries recent() {
    return recent;
  }

  OnceKeys keys() {
    return keys;
  }

  /** Sequence of the entry that was pushed with that key; 0 if none is known. */
  long pushedWith(String key, long last) {
    return keys == null ? 0 : keys.find(key, last);
  }

  /** Whether everything behind {@code since} and up to {@code last}, the room's latest, is here. */
  boolean covers(long since, long last) {
    return since >= last || recent != null && recent.covers(since, last);
  }

  void trim() {
    if (recent != null) {
      recent.trim();
    }
  }

  /** About how many bytes of heap they hold. */
  long heapBytes() {
    return recent == null ? 0 : recent.heapBytes();
  }
}
