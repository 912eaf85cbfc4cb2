package io.mycelium.deployer;

/** The crash of a stuck instance: its stack trace is the stuck thread's. */
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

  /** The message without a class name: people read it in {@code lastError}. */
  @Override
  public String toString() {
    return getMessage();
  }
}
