package io.mycelium.journal;

import io.vertx.core.Future;

/** Keeps snapshots of rooms. Called from instances' threads; the futures complete on any thread. */
public interface SnapshotStore {
  /**
   * Keeps a snapshot, behind all that was appended before the call, and lets go of the entries and
   * older snapshots that neither it nor {@code retention} needs. Where retention has limits, each
   * state of a kept entry can still be made: a snapshot at or before the first one stays. One of
   * another epoch that is behind what is kept takes its place.
   *
   * @return fails if a newer generation has fenced this one
   */
  Future<Void> save(
      String instance, long generation, String room, Snapshot snapshot, Retention retention);

  /**
   * The newest snapshot at or before an entry; null if there is none.
   *
   * @param seq of the entry
   */
  Future<Snapshot> at(String instance, String room, long seq);
}
