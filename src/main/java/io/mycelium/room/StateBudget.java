package io.mycelium.room;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The part of the heap that the states of all rooms of a node may take. Above this budget no state
 * grows, except small ones: a small room did not fill the budget and does not notice. The entries
 * that rooms keep in memory may take half as much; above that, rooms keep fewer. Any thread.
 */
public final class StateBudget {
  /** A room may always have a 1,024th of the budget, up to this. */
  private static final long MAX_FREE = 64 << 10;

  private static final int FREE_PART = 1024;

  private final long max;
  private final long free;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong kept = new AtomicLong();

  /**
   * @param max in bytes, as {@link io.mycelium.room.spi.RoomLogic#size} counts them
   */
  public StateBudget(long max) {
    this.max = max;
    this.free = Math.min(MAX_FREE, max / FREE_PART);
  }

  public long max() {
    return max;
  }

  /** In bytes, as {@linkplain StateAccount reported} by rooms. */
  public long used() {
    return used.get();
  }

  /** Bytes of the entries in memory, as reported by rooms. */
  public long kept() {
    return kept.get();
  }

  void add(long bytes) {
    used.addAndGet(bytes);
  }

  void keep(long bytes) {
    kept.addAndGet(bytes);
  }

  /** Whether rooms have too many entries in memory. */
  boolean isCrowded() {
    return kept.get() > max / 2;
  }

  /**
   * Whether the state of a room may become larger. At one and a half times the budget even small
   * states stop growing, since there may be many.
   *
   * @param size of the state after the change
   */
  boolean allows(long size, long growth) {
    long then = used.get() + growth;
    return then <= max || size <= free && then <= max + max / 2;
  }
}
