package io.mycelium.examples.fourinarow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import java.util.ArrayList;
import java.util.List;

/**
 * Plays the logic as the function that it is: state and push give effects, whose entries give the
 * next state.
 */
final class Table<S> {
  private final RoomLogic<S> logic;
  private final List<Entry> entries = new ArrayList<>();
  private S state;
  private long now = 1_000_000;

  Table(RoomLogic<S> logic) {
    this.logic = logic;
    this.state = logic.init();
  }

  /**
   * The payload is JSON; single quotes may stand for double ones. Returns the reason of a refusal,
   * or null.
   */
  String push(String user, String event, String payload) {
    return carryOut(
        logic.onPush(state, new Push(event, user, Payload.json(payload.replace('\'', '"')), now)));
  }

  String move(String user, int column) {
    return push(user, "move", "{'column':" + column + "}");
  }

  String join(String user) {
    return carryOut(logic.onJoin(state, member(user)));
  }

  String leave(String user, boolean lastOfUser) {
    return carryOut(logic.onLeave(state, member(user), lastOfUser));
  }

  private static Member member(String user) {
    return new Member(user, "g", 1, 1, Payload.EMPTY);
  }

  /** Lets time pass, then ticks until the logic asks for no further tick at once. */
  Table<S> after(long millis) {
    now += millis;
    Effects effects = logic.onTick(state, now);
    carryOut(effects);
    return effects.list().stream().anyMatch(Effects.Append.class::isInstance) ? after(0) : this;
  }

  private String carryOut(Effects effects) {
    for (Effects.Effect effect : effects.list()) {
      if (effect instanceof Effects.Reject reject) {
        return reject.reason();
      }
      if (effect instanceof Effects.Append append) {
        Entry entry =
            new Entry(entries.size() + 1, now, append.event(), append.user(), append.payload());
        state = logic.apply(state, entry);
        entries.add(entry);
      }
    }
    return null;
  }

  S state() {
    return state;
  }

  long now() {
    return now;
  }

  List<Entry> entries() {
    return entries;
  }

  JsonNode view() {
    return logic.view(state).tree();
  }

  JsonNode delta(int lastEntries) {
    return logic.delta(state, entries.subList(entries.size() - lastEntries, entries.size())).tree();
  }
}
