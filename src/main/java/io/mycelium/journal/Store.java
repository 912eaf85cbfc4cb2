package io.mycelium.journal;

import io.vertx.core.Future;

/** All that outlives an instance, in one place so that it fits together. */
public interface Store {
  InstanceStore instances();

  Journal journal();

  SnapshotStore snapshots();

  /**
   * Writes what was accepted, as far as that works within a few seconds, and lets go of everything.
   */
  Future<Void> close();
}
