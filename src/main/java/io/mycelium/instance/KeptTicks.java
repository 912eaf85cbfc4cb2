package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Rooms of which the newest snapshot says that a tick is pending. In a cluster such an instance
 * goes on after its node's death though nobody uses it, so the first tick takes a snapshot; that a
 * tick has passed is kept with the next one. On the instance's context.
 */
final class KeptTicks {
  private final boolean shared;
  private final Set<String> rooms = new HashSet<>();

  /**
   * @param shared whether other nodes use the store too; else nothing is kept in addition
   */
  KeptTicks(boolean shared) {
    this.shared = shared;
  }

  /** The rooms of which this turn takes a snapshot. */
  List<Room> snapshots(Turn turn) {
    if (!shared) {
      return turn.snapshots();
    }
    rooms.remove(turn.removedRoom());
    for (Room room : turn.snapshots()) {
      if (room.isTicking()) {
        rooms.add(room.name());
      } else {
        rooms.remove(room.name());
      }
    }
    List<Room> due = turn.snapshots();
    for (Turn.Timer timer : turn.timers()) {
      Room room = timer.room();
      if (timer.kind() == Turn.TimerKind.TICK
          && room.settings().durability() != Durability.NONE
          && rooms.add(room.name())) {
        due = new ArrayList<>(due);
        due.add(room);
      }
    }
    return due;
  }
}
