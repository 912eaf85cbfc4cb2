package io.mycelium.journal;

import java.util.function.LongSupplier;

/** What the store reports; any thread. */
public interface JournalMeters {
  /** For tests and tools that keep no metrics. */
  JournalMeters NONE = new JournalMeters() {};

  /**
   * One transaction was committed.
   *
   * @param entries in it
   * @param nanos from its begin to the end of its commit
   */
  default void committed(int entries, long nanos) {}

  /** A transaction failed for a reason that may pass, and is tried again. */
  default void retried() {}

  /**
   * Where to ask for what waits to be written; called once.
   *
   * @param entries how many
   * @param bytes of their payloads
   */
  default void queue(LongSupplier entries, LongSupplier bytes) {}
}
