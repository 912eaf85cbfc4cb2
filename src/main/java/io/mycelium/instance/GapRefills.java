package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.room.Room;
import java.util.List;

/** Answers to a gateway that lacks the entries of {@code [after, upTo]}. */
final class GapRefills {
  private static final int MAX = 100_000;

  private GapRefills() {}

  static long after(Command command) {
    return command.payload().tree().get(0).longValue();
  }

  private static long upTo(Command command) {
    return command.payload().tree().get(1).longValue();
  }

  static int limit(Command command) {
    return (int) Math.min(upTo(command) - after(command), MAX);
  }

  static boolean isDurable(Room room) {
    return room.settings().durability() != Durability.NONE;
  }

  /**
   * @param room null if it is gone
   */
  static Outbound.Refill inMemory(String gateway, Command command, Room room) {
    long after = after(command);
    boolean there = room != null && room.recent() != null && room.remembers(after);
    List<Entry> entries = there ? room.recent().after(after, limit(command)) : List.of();
    return answer(gateway, command, room, entries);
  }

  static Outbound.Refill read(String gateway, Command command, Room room, Journal.Read read) {
    return answer(gateway, command, room, read.complete() ? read.entries() : List.of());
  }

  private static Outbound.Refill answer(
      String gateway, Command command, Room room, List<Entry> entries) {
    boolean complete = room != null && entries.size() == upTo(command) - after(command);
    List<Outbound.Delivery> deliveries = complete ? room.deliveriesOf(entries, false) : List.of();
    return new Outbound.Refill(gateway, command.room(), deliveries, complete);
  }
}
