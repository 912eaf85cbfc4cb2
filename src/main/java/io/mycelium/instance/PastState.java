package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Room;
import io.mycelium.room.RoomMessages;
import io.mycelium.room.spi.RoomLogic;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * A room's state at an earlier entry: the nearest snapshot before it, and the entries from there.
 * The logic's functions are pure, so another copy of the logic builds this state while the room
 * goes on.
 */
final class PastState {
  private static final int PAGE = 1000;

  private final InstanceServices services;
  private final Commits commits;
  private final String instance;
  private final Room room;
  private final RoomLogic<Object> logic;
  private final String epoch;

  @SuppressWarnings("unchecked")
  PastState(InstanceServices services, Commits commits, String instance, Room room) {
    this.services = services;
    this.commits = commits;
    this.instance = instance;
    this.room = room;
    this.logic = (RoomLogic<Object>) services.types().open(room.settings());
    this.epoch = room.epoch();
  }

  /**
   * Completes on any thread; fails with a {@link Refusal} ({@code not_found}) if the necessary
   * entries are gone.
   */
  Future<Buffer> at(long seq) {
    if (seq == 0) {
      return Future.succeededFuture(message(logic.init(), 0));
    }
    if (room.settings().durability() == Durability.NONE) {
      return inMemory(seq);
    }
    return commits
        .flushForRead()
        .compose(written -> services.store().snapshots().at(instance, room.name(), seq))
        .compose(
            snapshot ->
                snapshot == null
                    ? replay(logic.init(), 0, seq)
                    : replay(restored(snapshot), snapshot.seq(), seq));
  }

  private Object restored(Snapshot snapshot) {
    return logic.restore(snapshot.state());
  }

  private Future<Buffer> inMemory(long seq) {
    if (!room.remembers(0)) {
      return Future.failedFuture(gone(seq));
    }
    Object state = logic.init();
    for (Entry entry : room.recent().after(0, (int) seq)) {
      state = logic.apply(state, entry);
    }
    return Future.succeededFuture(message(state, seq));
  }

  private Future<Buffer> replay(Object from, long after, long seq) {
    if (after >= seq) {
      return Future.succeededFuture(message(from, seq));
    }
    int limit = (int) Math.min(PAGE, seq - after);
    return services
        .store()
        .journal()
        .read(instance, room.name(), after, limit)
        .compose(read -> read(read, from, after, limit, seq));
  }

  private Future<Buffer> read(Journal.Read read, Object from, long after, int limit, long seq) {
    if (!read.complete() || read.entries().size() < limit) {
      return Future.failedFuture(gone(seq));
    }
    Object state = from;
    for (Entry entry : read.entries()) {
      state = logic.apply(state, entry);
    }
    return replay(state, after + limit, seq);
  }

  private static Refusal gone(long seq) {
    return Refusal.of(
        ErrorCode.NOT_FOUND, "seq", seq, "a later one: the entries up to there are not kept");
  }

  private Buffer message(Object state, long seq) {
    RoomMessages messages = new RoomMessages(room.name(), room.settings().type(), logic);
    return Buffer.buffer(messages.state(state, seq, epoch));
  }
}
