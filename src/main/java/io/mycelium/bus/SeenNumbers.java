package io.mycelium.bus;

/**
 * Detects repeats among numbers that arrive nearly in order, as RFC 4303 (section 3.4.3) does:
 * keeps the highest number so far and which of the 63 below it arrived. An older number counts as a
 * repeat. For one thread.
 */
final class SeenNumbers {
  private static final int SPAN = Long.SIZE;

  private long highest;

  /** Bit n: the number {@code highest - n} arrived. */
  private long seen;

  /** Records a number; false if it is a repeat. */
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
