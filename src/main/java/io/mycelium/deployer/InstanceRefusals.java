package io.mycelium.deployer;

import io.mycelium.journal.Fenced;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;

/** The reasons why an instance cannot serve a request. */
final class InstanceRefusals {
  private InstanceRefusals() {}

  static Refusal now(SupervisedInstance instance) {
    String id = instance.spec().id();
    if (instance.status() == InstanceStatus.STOPPING) {
      return new Refusal(ErrorCode.UNKNOWN_INSTANCE, "instance " + id + " was deleted");
    }
    ErrorCode code =
        instance.status() == InstanceStatus.FAILED
            ? ErrorCode.INSTANCE_FAILED
            : ErrorCode.INSTANCE_RESTARTING;
    String why =
        instance.crashes().lastError() == null ? "" : ": " + instance.crashes().lastError();
    return new Refusal(code, "instance " + id + " is " + instance.status().json() + why);
  }

  /**
   * What a request is answered whose write or claim was {@link Fenced} off: this node does not own
   * the instance, or has no lease until it has joined again. Any other failure stays as it is.
   */
  static Throwable unlessOwned(Throwable cause) {
    return cause instanceof Fenced
        ? new Refusal(
            ErrorCode.INSTANCE_RESTARTING, "the instance has no owner now, or is on another node")
        : cause;
  }

  /** The refusal with which a request failed; for any other failure, that the instance is stuck. */
  static Refusal of(SupervisedInstance instance, Throwable cause) {
    if (cause instanceof Refusal refusal) {
      return refusal;
    }
    long busyFor = instance.stats().busyFor(System.currentTimeMillis());
    return new Refusal(
        ErrorCode.TIMEOUT,
        "instance "
            + instance.spec().id()
            + " did not answer; its logic has been busy for "
            + busyFor
            + " ms");
  }
}
