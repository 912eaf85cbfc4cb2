package io.mycelium.instance;

/**
 * How many commands of a batch an instance handles before it lets others have the thread: as many
 * as take 5 ms. The clock is read seldom: before the commands 1, 2, 4 and so on, then before each
 * 32nd. One that never began has no end. For one thread, again and again.
 */
final class Slice {
  static final long NANOS = 5_000_000;
  private static final int SOME = 32;
  private static final int NOWHERE = -1;

  private long end;
  private int next = Integer.MAX_VALUE;
  private int stoppedAt = NOWHERE;

  /**
   * The next slice begins.
   *
   * @param now nanoseconds, as of {@link System#nanoTime}
   */
  void begin(long now) {
    end = now + NANOS;
    next = 1;
    stoppedAt = NOWHERE;
  }

  /** Whether to stop before that command of the batch, of which the first has the index 0. */
  boolean isOverBefore(int command) {
    if (command < next) {
      return false;
    }
    next = command < SOME ? 2 * command : command + SOME;
    if (System.nanoTime() - end < 0) {
      return false;
    }
    stoppedAt = command;
    return true;
  }

  /** Whether commands are left of the batch. */
  boolean stopped() {
    return stoppedAt != NOWHERE;
  }

  /** Index of the first command that is left. */
  int stoppedAt() {
    return stoppedAt;
  }
}
