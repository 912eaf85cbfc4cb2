package io.mycelium.journal;

import java.util.function.LongSupplier;

/** Receives the store's measurements; any thread. */
public interface JournalMeters {
  /** Discards all; for tests and tools without metrics. */
  JournalMeters NONE = new JournalMeters() {};

  /**
   * One transaction was committed.
   *
   * @param entries in the transaction
   * @param nanos from the start of the transaction to the end of its commit
   */
  default void committed(int entries, long nanos) {}

  /** A transaction failed for a temporary reason and is retried. */
  default void retried() {}

  /**
   * Registers gauges of the entries that wait to be written; called once.
   *
   * @param entries number of these entries
   * @param bytes of their payloads
   */
  default void queue(LongSupplier entries, LongSupplier bytes) {}
}
