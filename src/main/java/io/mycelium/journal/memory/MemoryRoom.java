package io.mycelium.journal.memory;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** One room of a {@link MemoryJournal}. Guarded by the instance's lock. */
final class MemoryRoom {
  private String epoch;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final ArrayDeque<Snapshot> snapshots = new ArrayDeque<>();
  private final Map<String, Long> keys = new HashMap<>();
  private long bytes;
  private long last;

  String epoch() {
    return epoch;
  }

  /** Sequence of the last entry ever appended; it may survive only in a snapshot. */
  long last() {
    return last;
  }

  void epoch(String name) {
    epoch = name;
  }

  void add(Entry entry, JournalConfig config) {
    entries.add(entry);
    last = entry.seq();
    bytes += entry.payload().length();
    if (entry.key() != null) {
      keys.put(entry.key(), entry.seq());
    }
    while (entries.size() > config.maxEntriesPerRoom()
        || bytes > config.maxBytesPerRoom() && entries.size() > 1) {
      removeOldest();
    }
    if (!keys.isEmpty() && last % config.pushOnceWindow() == 0) {
      keys.values().removeIf(seq -> seq <= last - config.pushOnceWindow());
    }
  }

  private void removeOldest() {
    bytes -= entries.remove().payload().length();
  }

  /** Drops entries up to a snapshot, but keeps the snapshots that kept entries need. */
  void save(Snapshot snapshot, Retention retention) {
    last = Math.max(last, snapshot.seq());
    snapshots.removeIf(each -> each.seq() == snapshot.seq());
    snapshots.add(snapshot);
    Snapshot base = snapshotAt(dispensable(snapshot, retention));
    while (base != null && !entries.isEmpty() && entries.peek().seq() <= base.seq()) {
      removeOldest();
    }
    long oldest = entries.isEmpty() ? last + 1 : entries.peek().seq();
    Iterator<Snapshot> ascending = snapshots.iterator();
    int covered = 0;
    while (ascending.hasNext() && ascending.next().seq() < oldest) {
      covered++;
    }
    for (; covered > 1; covered--) {
      snapshots.remove();
    }
  }

  /** Sequence up to which entries may be dropped. */
  private long dispensable(Snapshot snapshot, Retention retention) {
    if (retention.equals(Retention.ALL)) {
      return 0;
    }
    long upTo = retention.entries() == 0 ? snapshot.seq() : snapshot.seq() - retention.entries();
    if (!retention.age().isZero()) {
      long since = snapshot.at() - retention.age().toMillis();
      for (Entry entry : entries) {
        if (entry.at() >= since) {
          return Math.min(upTo, entry.seq() - 1);
        }
      }
    }
    return upTo;
  }

  Snapshot snapshotAt(long seq) {
    Iterator<Snapshot> newestFirst = snapshots.descendingIterator();
    while (newestFirst.hasNext()) {
      Snapshot snapshot = newestFirst.next();
      if (snapshot.seq() <= seq) {
        return snapshot;
      }
    }
    return null;
  }

  Journal.Room describe() {
    long oldest = entries.isEmpty() ? 0 : entries.peek().seq();
    return new Journal.Room(epoch, snapshots.peekLast(), oldest, last, Map.copyOf(keys));
  }

  Journal.Read read(long after, int limit) {
    List<Entry> found = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.seq() > after && found.size() < limit) {
        found.add(entry);
      }
    }
    boolean complete = entries.isEmpty() ? after >= last : entries.peek().seq() <= after + 1;
    return new Journal.Read(found, complete);
  }

  Journal.Read readBefore(long before, int limit) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> newestFirst = entries.descendingIterator();
    while (newestFirst.hasNext() && found.size() < limit) {
      Entry entry = newestFirst.next();
      if (entry.seq() < before) {
        found.add(entry);
      }
    }
    Collections.reverse(found);
    return new Journal.Read(found, entries.isEmpty() ? last == 0 : entries.peek().seq() == 1);
  }
}
