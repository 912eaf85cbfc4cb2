package io.mycelium.deployer;

/** A crash for want of an end: its stack trace is that of the thread that is stuck. */
final class StuckException extends Exception {
  private static final long serialVersionUID = 1;

  private final long busy;

  /**
   * @param busy milliseconds
   */
  StuckException(long busy, StackTraceElement[] whereabouts) {
    super("stuck for " + busy + " ms", null, false, true);
    this.busy = busy;
    setStackTrace(whereabouts);
  }

  long busy() {
    return busy;
  }

  /** What happened, without a class's name: people read it in {@code lastError}. */
  @Override
  public String toString() {
    return getMessage();
  }
}
