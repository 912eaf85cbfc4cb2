package io.mycelium.web.socket;

/**
 * How much of an event loop's time went into compressed messages, held against its share of a
 * quarter. On the event loop.
 */
final class InflateShare {
  private static final int SHARE = 4;

  /** 10 ms of work at once. */
  private static final long AHEAD_NS = SHARE * 10_000_000L;

  private long busyUntil = System.nanoTime();

  /** Both by {@link System#nanoTime}. */
  void spent(long began, long ended) {
    busyUntil = Math.max(busyUntil, began) + SHARE * (ended - began);
  }

  /** For how long no more should be spent; 0 or less if some may. */
  long aheadNs(long now) {
    return busyUntil - now - AHEAD_NS;
  }
}
