package io.mycelium.instance;

/** What the deployer is to its instances. Any thread. */
public interface Supervisor {
  /**
   * The verticle has stopped taking commands, because its logic or the journal failed.
   *
   * @param handover what the successor takes over
   */
  void crashed(String instanceId, long generation, Throwable cause, Handover handover);

  /** The instance's logic is over {@code instances.max_handler_time}. */
  void overBudget(String instanceId);

  /** Whether the node ends: what fails from now on is no fault of an instance. */
  boolean isStopping();
}
