package io.mycelium.instance;

import io.mycelium.journal.Snapshot;
import io.mycelium.room.Room;
import io.mycelium.room.SnapshotJob;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the snapshots of one generation of an instance. A state is a value, so it is written as
 * JSON in parallel with the instance's work.
 */
final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** Of snapshots that are written at once when an instance ends. */
  private static final long MAX_CLOSING_BYTES = 8 << 20;

  private final Vertx vertx;
  private final InstanceServices services;
  private final String instance;
  private final long generation;

  Snapshots(Vertx vertx, InstanceServices services, String instance, long generation) {
    this.vertx = vertx;
    this.services = services;
    this.instance = instance;
    this.generation = generation;
  }

  /**
   * Takes a due snapshot; if it fails, the next one is taken as usual. On the instance's context.
   */
  void take(Room room) {
    SnapshotJob job = room.snapshot(0);
    vertx
        .executeBlocking(() -> job.write(services.clock().getAsLong()), false)
        .compose(snapshot -> save(job.room(), job.settings(), snapshot))
        .onFailure(cause -> LOG.debug("no snapshot of {} room {}", instance, job.room(), cause));
  }

  /** Takes the closing snapshots of the instance; on its context. */
  Future<Void> close(Instance ending) {
    return close(ending.rooms().iterator(), services.clock().getAsLong());
  }

  /** Large ones are not all in memory at once, beside the states that they are of. */
  private Future<Void> close(Iterator<Room> rooms, long now) {
    List<Future<Void>> saves = new ArrayList<>();
    long bytes = 0;
    try {
      while (rooms.hasNext() && bytes < MAX_CLOSING_BYTES) {
        Room room = rooms.next();
        if (room.seq() > 0) {
          SnapshotJob job = room.snapshot(generation);
          Snapshot written = job.write(now);
          bytes += written == null ? 0 : written.state().length();
          saves.add(save(job.room(), job.settings(), written));
        }
      }
    } catch (Exception | Error e) {
      LOG.warn("instance {} ends without a snapshot", instance, e);
      return Future.failedFuture(e);
    }
    Future<Void> saved = Future.join(saves).mapEmpty();
    return rooms.hasNext() ? saved.compose(ignored -> close(rooms, now)) : saved;
  }

  private Future<Void> save(String room, RoomSettings settings, Snapshot snapshot) {
    return snapshot == null
        ? Future.succeededFuture()
        : services
            .store()
            .snapshots()
            .save(instance, generation, room, snapshot, settings.retention());
  }
}
