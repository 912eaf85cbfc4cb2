package io.mycelium.journal;

import io.vertx.core.Future;

/** All data that outlives an instance, in one place to stay consistent. */
public interface Store {
  InstanceStore instances();

  Journal journal();

  SnapshotStore snapshots();

  RevocationStore revocations();

  /** Whether other nodes may use it too, so that {@link #nodes} says which instances are whose. */
  default boolean isShared() {
    return false;
  }

  /**
   * The nodes that share this store.
   *
   * @throws UnsupportedOperationException if it was not opened for a cluster
   */
  default NodeStore nodes() {
    throw new UnsupportedOperationException("this store was not opened for a cluster");
  }

  /**
   * Writes accepted entries, as far as possible within a few seconds, and releases all resources.
   */
  Future<Void> close();
}
