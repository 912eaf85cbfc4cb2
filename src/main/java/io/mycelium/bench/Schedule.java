package io.mycelium.bench;

/** When each push of a step is to be sent, however late the ones before it were. */
final class Schedule {
  private final long begin;
  private final double nanosEach;
  private final long count;
  private long next;

  /**
   * @param rate a second
   */
  Schedule(double rate, long begin, double seconds) {
    this.begin = begin;
    this.nanosEach = 1e9 / rate;
    this.count = (long) (rate * seconds);
  }

  /** Whether one is due that has not been taken. */
  boolean isDue(long now) {
    return next < count && due() <= now;
  }

  private long due() {
    return begin + (long) (next * nanosEach);
  }

  /** Takes it: the time at which it was to be sent. */
  long take() {
    long due = due();
    next++;
    return due;
  }

  boolean isOver() {
    return next == count;
  }
}
