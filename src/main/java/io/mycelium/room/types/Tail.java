package io.mycelium.room.types;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.RoomLogic;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The last {@code limit} entries, or as many of them as fit into so many bytes, a value. Appending
 * costs amortized O(1) at any length: versions share one array, of which each sees its own range.
 * Only the newest version appends in place; an older version (a state restored after a crash)
 * copies the array, so that no version ever sees another's entry.
 */
final class Tail {
  /**
   * Entries that later versions no longer show may take this many bytes before a copy drops them.
   */
  private static final long MAX_DROPPED_BYTES = 1 << 20;

  private final Shared shared;
  private final int from;
  private final int to;
  private final long bytes;
  private final long dropped;

  /** The array and its filled length over all versions. For one thread. */
  private static final class Shared {
    private final Entry[] entries;

    /**
     * The size of each entry; kept here, since the oldest entry is no longer in a cache of the
     * processor.
     */
    private final int[] sizes;

    private final int limit;
    private final long maxBytes;
    private int filled;

    Shared(Entry[] entries, int[] sizes, int limit, long maxBytes, int filled) {
      this.entries = entries;
      this.sizes = sizes;
      this.limit = limit;
      this.maxBytes = maxBytes;
      this.filled = filled;
    }
  }

  private Tail(Shared shared, int from, int to, long bytes, long dropped) {
    this.shared = shared;
    this.from = from;
    this.to = to;
    this.bytes = bytes;
    this.dropped = dropped;
  }

  static Tail empty(int limit, long maxBytes) {
    return new Tail(new Shared(new Entry[0], new int[0], limit, maxBytes, 0), 0, 0, 0, 0);
  }

  Tail append(Entry entry) {
    if (shared.limit == 0) {
      return this;
    }
    boolean here = shared.filled == to && to < shared.entries.length && !isWasteful();
    return here ? appendHere(entry) : copy().appendHere(entry);
  }

  private boolean isWasteful() {
    return dropped > MAX_DROPPED_BYTES && dropped > bytes / 2;
  }

  private Tail appendHere(Entry entry) {
    int size = size(entry);
    shared.entries[to] = entry;
    shared.sizes[to] = size;
    shared.filled = to + 1;
    int first = from;
    long left = bytes + size;
    while (to + 1 - first > shared.limit || left > shared.maxBytes) {
      left -= shared.sizes[first++];
    }
    return new Tail(shared, first, to + 1, left, dropped + bytes + size - left);
  }

  private static int size(Entry entry) {
    String user = entry.user();
    return RoomLogic.ITEM_BYTES
        + (user == null ? Payload.NULL.length() : JsonWriter.quotedLength(user))
        + entry.payload().jsonLength();
  }

  /** Twice the kept size, so that a copy is needed once in {@code limit} appends. */
  private Tail copy() {
    int keep = to - from;
    int capacity = Math.max(keep + 1, Math.min(Math.max(8, keep * 2), 2 * shared.limit));
    Entry[] entries = Arrays.copyOf(Arrays.copyOfRange(shared.entries, from, to), capacity);
    int[] sizes = Arrays.copyOf(Arrays.copyOfRange(shared.sizes, from, to), capacity);
    return new Tail(
        new Shared(entries, sizes, shared.limit, shared.maxBytes, keep), 0, keep, bytes, 0);
  }

  /** See {@link RoomLogic#size}. */
  long bytes() {
    return bytes;
  }

  /** Bytes of these entries, and of entries that are no longer shown but still in the array. */
  long heldBytes() {
    return bytes + dropped;
  }

  /** Oldest first. */
  List<Entry> entries() {
    return Collections.unmodifiableList(Arrays.asList(shared.entries).subList(from, to));
  }
}
