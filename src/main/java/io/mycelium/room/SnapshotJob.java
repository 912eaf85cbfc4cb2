package io.mycelium.room;

import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;

/**
 * A room's state, a value, that is being written as a snapshot; the room goes on meanwhile.
 *
 * @param closedBy see {@link Snapshot}
 */
public record SnapshotJob(
    String room,
    RoomSettings settings,
    RoomLogic<Object> logic,
    Object state,
    long seq,
    String epoch,
    long tickAt,
    long closedBy) {

  /**
   * Any thread.
   *
   * @return null if the logic has no snapshots
   */
  public Snapshot write(long now) {
    Payload saved = logic.save(state);
    return saved == null ? null : new Snapshot(seq, epoch, now, tickAt, closedBy, saved);
  }
}
