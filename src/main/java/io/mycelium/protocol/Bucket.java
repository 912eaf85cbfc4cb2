package io.mycelium.protocol;

import java.util.concurrent.atomic.AtomicLong;

/** A {@link Rate}'s bucket from which several threads take. Any thread. */
public final class Bucket {
  private final Rate rate;
  private final AtomicLong full;

  /** A full one. */
  public Bucket(Rate rate, long now) {
    this.rate = rate;
    this.full = new AtomicLong(now);
  }

  /**
   * Takes one.
   *
   * @return 0, or in how many milliseconds to try again
   */
  public long take(long now) {
    while (true) {
      long before = full.get();
      long after = rate.after(before, now, 1);
      if (after == Rate.OVER) {
        return rate.retryAfterMs(before, now, 1);
      }
      if (full.compareAndSet(before, after)) {
        return 0;
      }
    }
  }
}
