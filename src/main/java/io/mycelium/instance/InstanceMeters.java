package io.mycelium.instance;

import io.mycelium.room.StateBudget;

/** What the instance half reports; any thread. */
public interface InstanceMeters {
  /** For tests and tools that keep no metrics. */
  InstanceMeters NONE = new InstanceMeters() {};

  /** Time that one command batch took, in nanoseconds. */
  default void handlerTime(long nanos) {}

  /** The budget that the instances of the node have for their states. */
  default void states(StateBudget budget) {}

  default void entriesAppended(int entries) {}

  /**
   * An instance is in another part of its life.
   *
   * @param from the API's {@code status} before, null for a new instance
   * @param to likewise now, null for one that is gone
   */
  default void statusChanged(String from, String to) {}

  default void instanceStarted() {}

  default void instanceStopped() {}

  default void instanceRestarted() {}

  default void instanceFailed() {}
}
