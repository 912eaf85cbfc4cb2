package io.mycelium.instance;

import io.mycelium.room.StateBudget;

/** Receives the instance half's measurements; any thread. */
public interface InstanceMeters {
  /** Discards all; for tests and tools without metrics. */
  InstanceMeters NONE = new InstanceMeters() {};

  /** Time that one command batch took, in nanoseconds. */
  default void handlerTime(long nanos) {}

  /** The budget that the instances of the node have for their states. */
  default void states(StateBudget budget) {}

  default void entriesAppended(int entries) {}

  /**
   * An instance has changed its status.
   *
   * @param from the API's previous {@code status}; null for a new instance
   * @param to the API's {@code status} now; null if the instance is gone
   */
  default void statusChanged(String from, String to) {}

  /** So many instances more are over their time budget. */
  default void throttled(int more) {}

  default void instanceStarted() {}

  default void instanceStopped() {}

  default void instanceRestarted() {}

  default void instanceFailed() {}
}
