package io.mycelium.instance;

/** Receives an instance verticle's reports to the deployer; any thread. */
public interface Supervisor {
  /**
   * The verticle has stopped taking commands, because its logic or the journal failed.
   *
   * @param handover what the successor takes over
   */
  void crashed(String instanceId, long generation, Throwable cause, Handover handover);

  /** The instance's logic is over {@code instances.max_handler_time}. */
  void overBudget(String instanceId);
}
