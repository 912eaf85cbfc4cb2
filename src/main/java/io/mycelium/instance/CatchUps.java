package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.SlowConsumer;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import java.util.List;

/**
 * What sockets get that did not keep up with their room. It comes from what the room has in memory
 * anyway, so nothing is kept for them meanwhile.
 */
final class CatchUps {
  /** About what a message has around its entry. */
  private static final int WRAPPING_BYTES = 160;

  private CatchUps() {}

  /** With each join, so that a gateway knows it before the first message. */
  static void tell(String gateway, Room room, Turn turn) {
    SlowConsumer policy = room.settings().slowConsumer();
    if (policy != SlowConsumer.DISCONNECT) {
      turn.item(new Outbound.Policy(gateway, room.name(), policy));
    }
  }

  static void answer(String gateway, Command command, Room room, Turn turn) {
    long after = command.payload().tree().get(0).longValue();
    long bytes = command.payload().tree().get(1).longValue();
    boolean conflates = room.settings().slowConsumer() == SlowConsumer.CONFLATE;
    turn.item(conflates ? conflated(gateway, room, after) : newest(gateway, room, after, bytes));
    turn.ok(gateway, command.number(), null, room.seq());
  }

  /** One message: the changed keys, unless the whole state is smaller or the only way to tell. */
  private static Outbound.Newest conflated(String gateway, Room room, long after) {
    List<Entry> missed = room.remembers(after) ? after(room, after) : null;
    boolean inChanges = missed != null && bytes(missed) <= room.stateBytes();
    return new Outbound.Newest(
        gateway,
        room.name(),
        after,
        inChanges ? null : room.stateMessage(),
        inChanges ? room.deliveriesOf(missed, true) : List.of(),
        room.seq());
  }

  /** As many of the newest as fit; the newest of all in any case. */
  private static Outbound.Newest newest(String gateway, Room room, long after, long mostBytes) {
    List<Entry> missed = after(room, after);
    int from = missed.size();
    long bytes = 0;
    while (from > 0) {
      bytes += missed.get(from - 1).payload().length() + WRAPPING_BYTES;
      if (bytes > mostBytes && from < missed.size()) {
        break;
      }
      from--;
    }
    List<Outbound.Delivery> fitting = room.deliveriesOf(missed.subList(from, missed.size()), false);
    return new Outbound.Newest(gateway, room.name(), after, null, fitting, room.seq());
  }

  private static List<Entry> after(Room room, long after) {
    return room.recent() == null || after >= room.seq()
        ? List.of()
        : room.recent().after(after, Integer.MAX_VALUE);
  }

  private static long bytes(List<Entry> entries) {
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.payload().length();
    }
    return bytes;
  }
}
