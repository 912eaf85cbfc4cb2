package io.mycelium.deployer;

import java.util.Locale;

/** Where an instance is in its life; the name in lower case is the API's {@code status}. */
enum InstanceStatus {
  STARTING,
  RUNNING,
  RESTARTING,
  FAILED,
  /** Registered, but not in memory, or only who is connected to it; the next touch wakes it. */
  IDLE,
  STOPPING;

  String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
