package io.mycelium.bus;

/**
 * Tells the repeats among numbers that come nearly in order, as RFC 4303 (section 3.4.3) does: the
 * highest number so far and which of the 63 below it came. What lies further back counts as a
 * repeat. For one thread.
 */
final class SeenNumbers {
  private static final int SPAN = Long.SIZE;

  private long highest;

  /** Bit n: the number {@code highest - n} came. */
  private long seen;

  /** Notes a number; false if it came before. */
  boolean isNew(long number) {
    long ahead = number - highest;
    if (ahead > 0) {
      seen = ahead < SPAN ? seen << ahead | 1 : 1;
      highest = number;
      return true;
    }
    long bit = -ahead < SPAN ? 1L << -ahead : 0;
    boolean fresh = bit != 0 && (seen & bit) == 0;
    seen |= bit;
    return fresh;
  }

  void clear() {
    highest = 0;
    seen = 0;
  }
}
