package io.mycelium.instance;

import io.mycelium.journal.Journal;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the entries of rooms whose state a predecessor could not hand over. */
final class Recovery {
  private final Journal journal;

  Recovery(Journal journal) {
    this.journal = journal;
  }

  /** The handover with the journal's entries for each room whose state was lost. */
  Future<Handover> recover(InstanceSpec spec, Handover handover) {
    Map<String, Room.Saved> rooms = new HashMap<>(handover.rooms());
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
    return Future.join(reads).map(new Handover(rooms, handover.peers(), handover.nextRef()));
  }
}
