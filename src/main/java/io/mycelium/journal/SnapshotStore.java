package io.mycelium.journal;

import io.vertx.core.Future;

/** Keeps snapshots of rooms. Called from instances' threads; the futures complete on any thread. */
public interface SnapshotStore {
  /**
   * Keeps a snapshot, after all entries that were appended before the call, and drops the entries
   * and older snapshots that neither the snapshot nor {@code retention} needs. If retention has
   * limits, the state after each kept entry can still be rebuilt: a snapshot at or before the first
   * kept entry stays. A snapshot of another epoch that is later than the kept history replaces that
   * history.
   *
   * @return fails if a newer generation has fenced off this one
   */
  Future<Void> save(
      String instance, long generation, String room, Snapshot snapshot, Retention retention);

  /**
   * The newest snapshot at or before an entry; null if there is none.
   *
   * @param seq of that entry
   */
  Future<Snapshot> at(String instance, String room, long seq);
}
