package io.mycelium.room;

/**
 * The share of one generation's rooms in the node's {@link StateBudget}. It is released as a whole,
 * so that a crashed or stuck generation leaves nothing behind. Any thread; rooms report only
 * relevant changes, so the lock is nearly always free.
 */
public final class StateAccount {
  private final StateBudget budget;
  private final long most;
  private long taken;
  private long kept;
  private boolean closed;

  public StateAccount(StateBudget budget) {
    this(budget, Long.MAX_VALUE);
  }

  /**
   * @param most bytes of these rooms' states
   */
  public StateAccount(StateBudget budget, long most) {
    this.budget = budget;
    this.most = most;
  }

  /** Bytes above which the states do not grow. */
  long most() {
    return most;
  }

  /** Whether these rooms' states together may become larger by that. */
  synchronized boolean allows(long growth) {
    return growth <= 0 || taken + growth <= most;
  }

  /** An account that no other room shares, and that is never full. */
  public static StateAccount unlimited() {
    return new StateAccount(new StateBudget(Long.MAX_VALUE / 2));
  }

  StateBudget budget() {
    return budget;
  }

  /**
   * @param bytes negative for released bytes
   */
  synchronized void take(long bytes) {
    if (!closed) {
      taken += bytes;
      budget.add(bytes);
    }
  }

  /** The same for entries in memory. */
  synchronized void keep(long bytes) {
    if (!closed) {
      kept += bytes;
      budget.keep(bytes);
    }
  }

  /** Releases everything; ignores later changes. */
  public synchronized void close() {
    if (!closed) {
      closed = true;
      budget.add(-taken);
      budget.keep(-kept);
    }
  }
}
