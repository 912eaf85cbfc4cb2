package io.mycelium.room.types;

import io.mycelium.journal.Entry;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The last {@code limit} entries, a value. Appending costs amortized O(1) at any length: versions
 * share one array, of which each sees its own stretch. Only the newest version appends in place; an
 * older one (a state that a crash brought back) copies, so that no version ever sees another's
 * entry.
 */
final class Tail {
  private final Shared shared;
  private final int from;
  private final int to;

  /** The array and how far any version has filled it. For one thread. */
  private static final class Shared {
    private final Entry[] entries;
    private final int limit;
    private int filled;

    Shared(Entry[] entries, int limit, int filled) {
      this.entries = entries;
      this.limit = limit;
      this.filled = filled;
    }
  }

  private Tail(Shared shared, int from, int to) {
    this.shared = shared;
    this.from = from;
    this.to = to;
  }

  static Tail empty(int limit) {
    return new Tail(new Shared(new Entry[0], limit, 0), 0, 0);
  }

  Tail append(Entry entry) {
    int limit = shared.limit;
    if (limit == 0) {
      return this;
    }
    Tail base = shared.filled == to && to < shared.entries.length ? this : copy();
    base.shared.entries[base.to] = entry;
    base.shared.filled = base.to + 1;
    int size = base.to + 1 - base.from;
    return new Tail(base.shared, size > limit ? base.from + 1 : base.from, base.to + 1);
  }

  /** Room for as many again as are kept, so that a copy comes once in {@code limit} appends. */
  private Tail copy() {
    int keep = Math.min(to - from, shared.limit - 1);
    int capacity = Math.min(Math.max(8, keep * 2), 2 * shared.limit);
    Entry[] entries =
        Arrays.copyOf(
            Arrays.copyOfRange(shared.entries, to - keep, to), Math.max(capacity, keep + 1));
    return new Tail(new Shared(entries, shared.limit, keep), 0, keep);
  }

  /** Oldest first. */
  List<Entry> entries() {
    return Collections.unmodifiableList(Arrays.asList(shared.entries).subList(from, to));
  }
}
