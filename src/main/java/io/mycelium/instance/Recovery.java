package io.mycelium.instance;

import io.mycelium.journal.Journal;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads the entries of rooms whose state a predecessor could not hand over. */
final class Recovery {
  private final Journal journal;

  Recovery(Journal journal) {
    this.journal = journal;
  }

  /**
   * The handover with the journal's entries for each room whose state was lost. Whoever lost it may
   * still write: it is fenced before the first read, so that nothing comes behind what was read.
   */
  Future<Handover> recover(InstanceSpec spec, long generation, Handover handover) {
    if (handover.rooms().values().stream().noneMatch(Room.Saved::isLost)) {
      return Future.succeededFuture(handover);
    }
    return journal.fence(spec.id(), generation).compose(ignored -> read(spec, handover));
  }

  private Future<Handover> read(InstanceSpec spec, Handover handover) {
    Map<String, Room.Saved> rooms = new ConcurrentHashMap<>(handover.rooms());
    List<Future<?>> reads = new ArrayList<>();
    handover
        .rooms()
        .forEach(
            (name, saved) -> {
              if (saved.isLost()) {
                reads.add(
                    journal
                        .read(spec.id(), name, 0, Integer.MAX_VALUE)
                        .onSuccess(read -> rooms.put(name, saved.replayed(read))));
              }
            });
    return Future.join(reads)
        .map(ignored -> new Handover(rooms, handover.peers(), handover.nextRef()).checked());
  }
}
