package io.mycelium.deployer;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;

/** Why an instance cannot do what is asked of it. */
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
    String why = instance.lastError() == null ? "" : ": " + instance.lastError();
    return new Refusal(code, "instance " + id + " is " + instance.status().json() + why);
  }

  /** What a request failed with, or that the instance is stuck if that is no refusal. */
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
