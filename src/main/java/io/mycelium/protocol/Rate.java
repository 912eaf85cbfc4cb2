package io.mycelium.protocol;

/**
 * So many a second, and so many at once: the numbers of a token bucket, whose whole state is one
 * {@code long} that its owner keeps, the {@link System#nanoTime} at which the bucket is full again.
 * No timer, no allocation, no lock: taking is a multiplication and two comparisons.
 *
 * <p>Of a full bucket one thing may always be taken, however large it is. Immutable.
 */
public final class Rate {
  /** Never over. */
  public static final Rate UNLIMITED = new Rate(0, 0);

  /** In place of a state: there is not that much in the bucket. */
  public static final long OVER = Long.MIN_VALUE;

  private static final double SECOND = 1e9;

  private final double nanosPerUnit;
  private final long burstNanos;

  private Rate(double nanosPerUnit, long burstNanos) {
    this.nanosPerUnit = nanosPerUnit;
    this.burstNanos = burstNanos;
  }

  /**
   * @param perSecond in the long run; 0 for no limit
   * @param burst how many of a full bucket at once, at least 1
   */
  public static Rate of(long perSecond, long burst) {
    double nanos = SECOND / perSecond;
    return perSecond == 0 ? UNLIMITED : new Rate(nanos, (long) (burst * nanos));
  }

  /**
   * Takes some.
   *
   * @param full the state so far; the time of its making is that of a full bucket
   * @param now of {@link System#nanoTime}, or somewhat before it
   * @return the new state, or {@link #OVER} if the old one stays
   */
  public long after(long full, long now, long units) {
    long from = full - now > 0 ? full : now;
    long next = from + (long) (units * nanosPerUnit);
    return from == now || next - now <= burstNanos ? next : OVER;
  }

  /** In how many milliseconds, at least 1, what is {@link #OVER} now may be taken. */
  public long retryAfterMs(long full, long now, long units) {
    // A full bucket gives anything, so nothing waits for longer than until it is full.
    long nanos = full - now + Math.min(0, (long) (units * nanosPerUnit) - burstNanos);
    return Math.max(1, (nanos + 999_999) / 1_000_000);
  }
}
