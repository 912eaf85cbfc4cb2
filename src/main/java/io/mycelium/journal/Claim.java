package io.mycelium.journal;

/**
 * Who owns an instance.
 *
 * <p>A generation has two parts: the upper bits count the terms, a term being one ownership by one
 * node; the lower 20 bits count the restarts within the term, which the owner does without the
 * store.
 *
 * @param owner id of a node that has a lease; null if no such node owns the instance
 * @param generation highest generation that the store knows
 */
public record Claim(String owner, long generation) {
  /** Bits of a generation that count the restarts within a term. */
  public static final int RESTART_BITS = 20;

  /** Which ownership a generation belongs to; 0 outside of a cluster. */
  public static long term(long generation) {
    return generation >> RESTART_BITS;
  }

  /** Whether nothing of its term ran before it, in a cluster. */
  public static boolean isFirst(long generation) {
    return generation == nextTerm(generation - 1);
  }

  /** The first generation of the term after this generation's; nothing was deployed as it yet. */
  public static long nextTerm(long generation) {
    return (term(generation) + 1) << RESTART_BITS;
  }
}
