package io.mycelium.instance.thread;

import java.time.Duration;

/**
 * The time that an instance's logic may take of each second, {@code instances.max_handler_time}. A
 * second's worth may be taken at once; what is taken beyond is a debt, for whose time the instance
 * is not run. Its owner guards it; the clock is {@link System#nanoTime}.
 */
public final class HandlerBudget {
  private static final double SECOND = 1e9;

  /** A long call after such a time is not counted with those before it. */
  private static final long FORGET_NANOS = 5_000_000_000L;

  /** So many long calls are no accident. */
  private static final int MANY = 3;

  private final long most;
  private long left;
  private long countedAt;
  private boolean throttled;
  private int longCalls;
  private long longSince;
  private long longAt;

  /**
   * @param perSecond zero for no bound
   */
  public HandlerBudget(Duration perSecond, long now) {
    most = perSecond.toNanos();
    left = most;
    countedAt = now;
  }

  /**
   * The logic returned at {@code now}, after that time; whether the instance is over from now on.
   */
  public boolean spend(long nanos, long now) {
    if (most == 0) {
      return false;
    }
    left -= nanos;
    refill(now);
    if (nanos > most) {
      if (longCalls++ == 0) {
        longSince = now - nanos;
      }
      longAt = now;
    }
    boolean begins = left < 0 && !throttled;
    throttled |= begins;
    return begins;
  }

  private void refill(long now) {
    left = Math.min(most, left + (long) ((now - countedAt) * (most / SECOND)));
    countedAt = now;
    if (throttled && left > most / 2) {
      throttled = false;
    }
    if (now - longAt > FORGET_NANOS) {
      longCalls = 0;
    }
  }

  /** Milliseconds until the debt is paid, at least 1; 0 if there is none. */
  public long pause(long now) {
    if (most == 0) {
      return 0;
    }
    refill(now);
    return left >= 0 ? 0 : 1 + (long) (-left * (SECOND / most) / 1_000_000);
  }

  /** Whether the budget was spent, and less than half of it is back. */
  public boolean isThrottled(long now) {
    if (most > 0) {
      refill(now);
    }
    return throttled;
  }

  /**
   * Milliseconds since when single calls of the logic take more than the whole budget, again and
   * again; 0 if they do not. However much an instance gets to do, it does not come to that.
   */
  public long runawayFor(long now) {
    refill(now);
    return longCalls >= MANY && throttled ? (now - longSince) / 1_000_000 : 0;
  }

  public void forgetRunaway() {
    longCalls = 0;
  }
}
