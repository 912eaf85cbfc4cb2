package io.mycelium.room;

import io.mycelium.journal.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * The newest entries of a room in memory, without a gap: fills gaps of hubs and lets clients resume
 * and scroll back without a read. Bounded by count and bytes. Older entries that are {@linkplain
 * #prepend prepended}, for clients that resume from further back, stay until the next {@link
 * #trim}. For the instance's thread.
 */
public final class RecentEntries {
  private static final int ENTRY_BYTES = 96;

  private final int maxEntries;
  private final long maxBytes;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(2);
  private long bytes;
  private int entriesAllowed;
  private long bytesAllowed;

  /**
   * @param maxBytes of the entries' payloads
   */
  public RecentEntries(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    trim();
  }

  public void add(Entry entry) {
    entries.add(entry);
    bytes += entry.payload().length();
    drop();
  }

  /**
   * Adds older entries that end right before the first one here.
   *
   * @return false, with nothing changed, if they do not
   */
  public boolean prepend(List<Entry> older) {
    if (older.isEmpty() || entries.isEmpty()) {
      return false;
    }
    long first = first();
    int fitting = 0;
    while (fitting < older.size() && older.get(fitting).seq() < first) {
      fitting++;
    }
    if (fitting == 0 || older.get(fitting - 1).seq() != first - 1) {
      return false;
    }
    for (int i = fitting - 1; i >= 0; i--) {
      entries.addFirst(older.get(i));
      bytes += older.get(i).payload().length();
    }
    entriesAllowed = Math.max(maxEntries, entries.size());
    bytesAllowed = Math.max(maxBytes, bytes);
    return true;
  }

  /** Drops the entries beyond the bounds, and the memory for them. */
  void trim() {
    entriesAllowed = maxEntries;
    bytesAllowed = maxBytes;
    drop();
  }

  /** Lets go of the oldest until they hold no more than so many bytes of heap; the newest stays. */
  void shrink(long heapBytes) {
    while (heapBytes() > heapBytes && entries.size() > 1) {
      bytes -= entries.remove().payload().length();
    }
  }

  private void drop() {
    while (entries.size() > entriesAllowed || bytes > bytesAllowed && entries.size() > 1) {
      bytes -= entries.remove().payload().length();
    }
  }

  /** Sequence of the oldest entry; {@link Long#MAX_VALUE} if there is none. */
  public long first() {
    return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().seq();
  }

  /**
   * Whether all entries after {@code after} and up to {@code last}, the room's latest, are here.
   */
  boolean covers(long after, long last) {
    return after >= last || first() <= after + 1;
  }

  /** Up to {@code limit} entries after {@code after}, oldest first. */
  public List<Entry> after(long after, int limit) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> ascending = entries.iterator();
    long skip = Math.max(0, after + 1 - first());
    if (skip > entries.size() / 2) {
      return afterFromTheEnd(after, limit);
    }
    while (ascending.hasNext() && found.size() < limit) {
      Entry entry = ascending.next();
      if (entry.seq() > after) {
        found.add(entry);
      }
    }
    return found;
  }

  private List<Entry> afterFromTheEnd(long after, int limit) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> descending = entries.descendingIterator();
    while (descending.hasNext()) {
      Entry entry = descending.next();
      if (entry.seq() <= after) {
        break;
      }
      found.add(entry);
    }
    Collections.reverse(found);
    return found.size() > limit ? found.subList(0, limit) : found;
  }

  /** The newest {@code limit} entries before {@code before}, oldest first. */
  public List<Entry> before(long before, int limit) {
    List<Entry> found = new ArrayList<>();
    Iterator<Entry> descending = entries.descendingIterator();
    while (descending.hasNext() && found.size() < limit) {
      Entry entry = descending.next();
      if (entry.seq() < before) {
        found.add(entry);
      }
    }
    Collections.reverse(found);
    return found;
  }

  /** About how many bytes of heap the entries take. */
  long heapBytes() {
    return bytes + (long) entries.size() * ENTRY_BYTES;
  }
}
