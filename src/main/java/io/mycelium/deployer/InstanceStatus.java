package io.mycelium.deployer;

import java.util.Locale;

/** The stage of an instance's life; the name in lower case is the API's {@code status}. */
enum InstanceStatus {
  STARTING,
  RUNNING,
  RESTARTING,
  FAILED,
  /** Registered, but in memory at most with its connections; the next use wakes it. */
  IDLE,
  STOPPING;

  String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
