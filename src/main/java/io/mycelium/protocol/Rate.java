package io.mycelium.protocol;

/**
 * A token bucket: a rate per second and a burst. The whole state of a bucket is one {@code long}
 * that its owner keeps: the {@link System#nanoTime} at which the bucket is full again. No timer, no
 * allocation, no lock: taking costs a multiplication and two comparisons.
 *
 * <p>A full bucket always admits one message, however large. Immutable.
 */
public final class Rate {
  /** A rate that is never exceeded. */
  public static final Rate UNLIMITED = new Rate(0, 0);

  /** Returned in place of a state if the bucket does not hold enough. */
  public static final long OVER = Long.MIN_VALUE;

  private static final double SECOND = 1e9;

  private final double nanosPerUnit;
  private final long burstNanos;

  private Rate(double nanosPerUnit, long burstNanos) {
    this.nanosPerUnit = nanosPerUnit;
    this.burstNanos = burstNanos;
  }

  /**
   * @param perSecond units a second; 0 for no limit
   * @param burst units of a full bucket, at least 1
   */
  public static Rate of(long perSecond, long burst) {
    double nanos = SECOND / perSecond;
    return perSecond == 0 ? UNLIMITED : new Rate(nanos, (long) (burst * nanos));
  }

  /**
   * Takes units out of the bucket.
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

  /** Milliseconds, at least 1, until units that are {@link #OVER} now can be taken. */
  public long retryAfterMs(long full, long now, long units) {
    // A full bucket admits anything, so no wait is longer than until the bucket is full.
    long nanos = full - now + Math.min(0, (long) (units * nanosPerUnit) - burstNanos);
    return Math.max(1, (nanos + 999_999) / 1_000_000);
  }
}
