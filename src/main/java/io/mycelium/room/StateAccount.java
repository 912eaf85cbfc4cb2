package io.mycelium.room;

/**
 * What the rooms of one generation of an instance take of the node's {@link StateBudget}. Given
 * back as a whole, so that nothing is left of a generation that crashed or does not end. Any
 * thread; rooms tell only of changes that matter, so the lock is nearly always free.
 */
public final class StateAccount {
  private final StateBudget budget;
  private long taken;
  private long kept;
  private boolean closed;

  public StateAccount(StateBudget budget) {
    this.budget = budget;
  }

  /** That nobody else shares, and that is never full. */
  public static StateAccount unlimited() {
    return new StateAccount(new StateBudget(Long.MAX_VALUE / 2));
  }

  StateBudget budget() {
    return budget;
  }

  /**
   * @param bytes negative for what is given back
   */
  synchronized void take(long bytes) {
    if (!closed) {
      taken += bytes;
      budget.add(bytes);
    }
  }

  /** The same of entries in memory. */
  synchronized void keep(long bytes) {
    if (!closed) {
      kept += bytes;
      budget.keep(bytes);
    }
  }

  /** Gives everything back; nothing more is taken. */
  public synchronized void close() {
    if (!closed) {
      closed = true;
      budget.add(-taken);
      budget.keep(-kept);
    }
  }
}
