package io.mycelium.instance;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.OwnContext;
import io.mycelium.room.SavedRoom;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Rebuilds from the journal the rooms whose state a predecessor could not hand over. On the
 * instance's context.
 */
final class Recovery {
  /** Entries that are read back into memory over all rooms of an instance. */
  private static final int RECENT_PER_INSTANCE = 20_000;

  private static final int RECENT_PER_ROOM_AT_LEAST = 50;

  private final InstanceServices services;
  private final InstanceSpec spec;
  private final long generation;
  private final Commits commits;
  private final OwnContext context;
  private final Watch watch;
  private long closedBy;

  /** Runs the logic so that a stuck call is noticed. */
  @FunctionalInterface
  interface Watch {
    <T> T run(Supplier<T> logic);
  }

  Recovery(
      InstanceServices services,
      InstanceSpec spec,
      long generation,
      Commits commits,
      OwnContext context,
      Watch watch) {
    this.services = services;
    this.spec = spec;
    this.generation = generation;
    this.commits = commits;
    this.context = context;
    this.watch = watch;
  }

  /**
   * The handover with every lost state rebuilt. The earlier generation may still write: it is
   * fenced off before the first read, so that no entry is written after the read.
   */
  Future<Handover> recover(Handover handover) {
    if (handover.rooms().values().stream().noneMatch(SavedRoom::isLost)) {
      return Future.succeededFuture(handover);
    }
    closedBy = handover.hasMoved() ? handover.closedBy() : generation - 1;
    return context
        .here(commits.flush())
        .compose(alone -> context.here(services.store().journal().rooms(spec.id())))
        .compose(kept -> rooms(handover, kept));
  }

  /** One room after the other, so that at most a page of one room is in memory. */
  private Future<Handover> rooms(Handover handover, Map<String, Journal.Room> kept) {
    Map<String, SavedRoom> rooms = new HashMap<>(handover.rooms());
    Future<Void> done = Future.succeededFuture();
    for (Map.Entry<String, SavedRoom> each : handover.rooms().entrySet()) {
      String name = each.getKey();
      if (each.getValue().isLost()) {
        done =
            done.compose(
                before ->
                    room(name, each.getValue(), kept.get(name))
                        .map(
                            saved -> {
                              rooms.put(name, saved);
                              return null;
                            }));
      }
    }
    return done.map(all -> recovered(handover, rooms));
  }

  /** Clients that have seen a history of another epoch are told to rejoin. */
  private static Handover recovered(Handover handover, Map<String, SavedRoom> rooms) {
    boolean truncated =
        handover.rooms().entrySet().stream()
            .anyMatch(
                each ->
                    each.getValue().epoch() != null
                        && !each.getValue().epoch().equals(rooms.get(each.getKey()).epoch()));
    Handover made =
        new Handover(rooms, handover.links(), handover.nextRef(), truncated, handover.closedBy());
    return truncated ? made.withoutLinks() : made;
  }

  private Future<SavedRoom> room(String name, SavedRoom lost, Journal.Room kept) {
    RoomSettings settings = spec.rooms().get(name);
    RoomReplay replay = watch.run(() -> new RoomReplay(services, settings, lost, kept, closedBy));
    if (kept == null || !replay.isUsable()) {
      return Future.succeededFuture(watch.run(replay::fresh));
    }
    JournalConfig limits = services.journal();
    int share = Math.max(RECENT_PER_ROOM_AT_LEAST, RECENT_PER_INSTANCE / spec.rooms().size());
    long recent = Math.min(share, limits.maxEntriesPerRoom());
    return page(name, replay, watch.run(() -> replay.begin(recent)));
  }

  private Future<SavedRoom> page(String name, RoomReplay replay, long after) {
    return context
        .here(services.store().journal().read(spec.id(), name, after, RoomReplay.PAGE))
        .compose(
            read -> {
              long last = watch.run(() -> replay.apply(read));
              return last == 0 ? Future.succeededFuture(replay.done()) : page(name, replay, last);
            });
  }
}
