package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.protocol.InboundMessage.Event;
import io.mycelium.protocol.KeyedPayload;
import io.mycelium.protocol.Payload;
import io.mycelium.room.HistoryQuery;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.Push;
import java.util.function.LongSupplier;

/** Clients' messages to a room. For the instance's thread. */
final class Pushes {
  private static final String PUSH_ONCE = Event.PUSH_ONCE.text();
  private static final String HISTORY = Event.HISTORY.text();

  private final LongSupplier clock;
  private final Admission admission;

  Pushes(LongSupplier clock, Admission admission) {
    this.clock = clock;
    this.admission = admission;
  }

  /**
   * @throws io.mycelium.protocol.Refusal as answer; nothing changed
   */
  void push(String gateway, Command command, Room room, Turn turn) {
    String event = command.event();
    if (event.equals(PUSH_ONCE)) {
      pushOnce(gateway, command, room, turn);
    } else if (event.equals(HISTORY)) {
      history(gateway, command, room, turn);
    } else {
      push(gateway, command, room, event, command.payload(), null, turn);
    }
  }

  private void push(
      String gateway,
      Command command,
      Room room,
      String event,
      Payload payload,
      String key,
      Turn turn) {
    admission.check(room);
    Push push = new Push(event, command.user(), payload, clock.getAsLong());
    Room.Outcome outcome = room.push(push, key, turn);
    turn.reply(ReplyJson.toPush(gateway, command.number(), outcome, room.seq()));
  }

  /** A repeat gets the first push's answer, once the first push is written. */
  private void pushOnce(String gateway, Command command, Room room, Turn turn) {
    KeyedPayload keyed = KeyedPayload.read(command.payload());
    long before = room.pushedBefore(keyed.key());
    if (before > 0) {
      turn.reply(ReplyJson.duplicate(gateway, command.number(), before));
    } else {
      push(gateway, command, room, Push.PUSH, keyed.data(), keyed.key(), turn);
    }
  }

  private static void history(String gateway, Command command, Room room, Turn turn) {
    HistoryQuery query = HistoryQuery.of(command.payload());
    if (EntryList.isInMemory(room, query)) {
      byte[] found = EntryList.answer(query, EntryList.inMemory(room, query));
      turn.ok(gateway, command.number(), found, 0);
    } else {
      turn.ask(gateway, command);
    }
  }

  /**
   * A gateway lacks entries.
   *
   * @param room null if it is gone
   */
  static void refill(String gateway, Command command, Room room, Turn turn) {
    if (room == null || room.remembers(GapRefills.after(command)) || !GapRefills.isDurable(room)) {
      turn.item(GapRefills.inMemory(gateway, command, room));
      turn.ok(gateway, command.number(), null, 0);
    } else {
      turn.ask(gateway, command);
    }
  }
}
