package io.mycelium.protocol;

import java.util.concurrent.atomic.AtomicLong;

/** A bucket of a {@link Rate} for several threads. */
public final class Bucket {
  private final Rate rate;
  private final AtomicLong full;

  /** A full bucket. */
  public Bucket(Rate rate, long now) {
    this.rate = rate;
    this.full = new AtomicLong(now);
  }

  /**
   * Takes one unit.
   *
   * @return 0, or the milliseconds to wait if the bucket is empty
   */
  public long take(long now, long units) {
    while (true) {
      long before = full.get();
      long after = rate.after(before, now, units);
      if (after == Rate.OVER) {
        return rate.retryAfterMs(before, now, units);
      }
      if (full.compareAndSet(before, after)) {
        return 0;
      }
    }
  }
}
