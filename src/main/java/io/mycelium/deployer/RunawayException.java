package io.mycelium.deployer;

/** The crash of an instance whose logic takes more than its budget with each call. */
final class RunawayException extends Exception {
  private static final long serialVersionUID = 1;

  private final long ms;

  /**
   * @param ms for which that went on
   */
  RunawayException(long ms, String budget) {
    super(
        "a runaway: for " + ms + " ms, single calls of its logic took more than " + budget,
        null,
        false,
        false);
    this.ms = ms;
  }

  /** Milliseconds for which that went on. */
  long ms() {
    return ms;
  }

  /** The message without a class name: people read it in {@code lastError}. */
  @Override
  public String toString() {
    return getMessage();
  }
}
