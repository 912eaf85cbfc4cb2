package io.mycelium.instance;

import io.mycelium.bus.Outbound;
import io.mycelium.instance.spi.Effects;
import io.mycelium.instance.spi.Member;
import io.mycelium.instance.spi.Push;
import io.mycelium.instance.spi.RoomLogic;
import io.mycelium.instance.spi.RoomSettings;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One room: its state and sequence, and the carrying out of what its logic decides. A throw from
 * the logic leaves all fields as they were. For the instance's thread.
 */
final class Room {
  private static final byte[] MSG = JsonWriter.quoted("msg");
  private static final byte[] DATA_TYPE = JsonWriter.constant("{\"data\":{\"type\":");
  private static final byte[] STATE = JsonWriter.constant(",\"state\":");
  private static final byte[] SEQ = JsonWriter.constant("},\"seq\":");
  private static final byte[] EPOCH = JsonWriter.constant(",\"epoch\":");

  /**
   * What outlives the verticle: the successor's room begins with it.
   *
   * @param state null if it was lost and the entries of {@code replay} make it anew
   * @param occupants null if the room begins without any
   */
  record Saved(
      Object state, long seq, String epoch, Occupants occupants, long tickAt, Journal.Read replay) {
    Saved lost() {
      return new Saved(null, 0, epoch, occupants, 0, null);
    }

    boolean isLost() {
      return state == null && replay == null;
    }

    Saved replayed(Journal.Read read) {
      return new Saved(null, 0, epoch, occupants, 0, read);
    }

    Saved vacated() {
      return new Saved(state, seq, epoch, null, tickAt, replay);
    }
  }

  private final String name;
  private final RoomSettings settings;
  private final RoomLogic<Object> logic;
  private final byte[] quotedType;
  private final String epoch;
  private final Occupants occupants;
  private Object state;
  private long seq;
  private List<Entry> unsent = List.of();
  private byte[] stateMessage;
  private long tickAt;

  /**
   * @param saved null for a new room
   */
  @SuppressWarnings("unchecked")
  Room(String name, RoomSettings settings, RoomLogic<?> logic, Saved saved) {
    this.name = name;
    this.settings = settings;
    this.logic = (RoomLogic<Object>) logic;
    this.quotedType = JsonWriter.quoted(settings.type());
    if (saved == null) {
      this.state = this.logic.init();
      this.epoch = newEpoch();
      this.occupants = new Occupants(settings.presence());
      return;
    }
    this.occupants =
        saved.occupants() == null ? new Occupants(settings.presence()) : saved.occupants();
    if (saved.replay() == null) {
      this.state = saved.state();
      this.seq = saved.seq();
      this.epoch = saved.epoch();
      this.tickAt = saved.tickAt();
    } else {
      replay(saved.replay().entries());
      this.epoch = saved.replay().complete() ? saved.epoch() : newEpoch();
    }
  }

  /**
   * Where the first entries are gone, what is left makes the state, and a new epoch tells clients
   * so.
   */
  private void replay(List<Entry> entries) {
    state = logic.init();
    for (Entry entry : entries) {
      state = logic.apply(state, entry);
      seq = entry.seq();
    }
  }

  static String newEpoch() {
    return Long.toHexString(UUID.randomUUID().getMostSignificantBits());
  }

  Saved save() {
    occupants.forgetSchedule();
    return new Saved(state, seq, epoch, occupants, tickAt, null);
  }

  /** Sets the timers again that a predecessor had set. */
  void resume(long now, Turn turn) {
    if (tickAt > 0) {
      turn.timer(this, Turn.TimerKind.TICK, Duration.ofMillis(Math.max(1, tickAt - now)));
    }
  }

  String name() {
    return name;
  }

  RoomSettings settings() {
    return settings;
  }

  Occupants occupants() {
    return occupants;
  }

  long seq() {
    return seq;
  }

  String epoch() {
    return epoch;
  }

  /**
   * The refusal of a push or join if there is one, else the response that the logic gave (or null).
   */
  record Outcome(Effects.Reject reject, Payload response) {
    private static final Outcome DONE = new Outcome(null, null);
  }

  Outcome push(Push push, Turn turn) {
    return carryOut(logic.onPush(state, push), push.at(), turn);
  }

  Outcome join(Member member, long now, Turn turn) {
    return carryOut(logic.onJoin(state, member), now, turn);
  }

  void leave(Member member, boolean lastOfUser, long now, Turn turn) {
    carryOut(logic.onLeave(state, member, lastOfUser), now, turn);
  }

  void tick(long now, Turn turn) {
    tickAt = 0;
    carryOut(logic.onTick(state, now), now, turn);
  }

  private Outcome carryOut(Effects effects, long now, Turn turn) {
    List<Effects.Effect> list = effects.list();
    if (list.isEmpty()) {
      return Outcome.DONE;
    }
    if (list.size() == 1 && list.get(0) instanceof Effects.Append append) {
      Entry entry = new Entry(seq + 1, now, append.event(), append.user(), append.payload());
      commit(logic.apply(state, entry), List.of(entry), turn);
      return Outcome.DONE;
    }
    for (Effects.Effect effect : list) {
      if (effect instanceof Effects.Reject reject) {
        return new Outcome(reject, null);
      }
    }
    return carryOutAll(list, now, turn);
  }

  private Outcome carryOutAll(List<Effects.Effect> list, long now, Turn turn) {
    Object next = state;
    List<Entry> made = new ArrayList<>();
    Payload response = null;
    for (Effects.Effect effect : list) {
      if (effect instanceof Effects.Append append) {
        Entry entry =
            new Entry(seq + made.size() + 1, now, append.event(), append.user(), append.payload());
        next = logic.apply(next, entry);
        made.add(entry);
      } else if (effect instanceof Effects.Reply reply) {
        response = reply.payload();
      }
    }
    if (!made.isEmpty()) {
      commit(next, made, turn);
    }
    list.forEach(effect -> message(effect, now, turn));
    return new Outcome(null, response);
  }

  private void message(Effects.Effect effect, long now, Turn turn) {
    if (effect instanceof Effects.Broadcast broadcast) {
      byte[] json = broadcast.payload().asJson();
      send(
          new Outbound.Delivery(name, JsonWriter.quoted(broadcast.event()), 0, 0, null, json),
          turn);
    } else if (effect instanceof Effects.Send send) {
      Member to = send.to();
      byte[] event = JsonWriter.quoted(send.event());
      turn.item(
          new Outbound.Direct(to.gateway(), to.connection(), name, event, send.payload().asJson()));
    } else if (effect instanceof Effects.Kick kick) {
      turn.item(new Outbound.Kick(kick.member().gateway(), kick.member().connection(), name));
    } else if (effect instanceof Effects.TickIn tick) {
      tickAt = now + tick.delay().toMillis();
      turn.timer(this, Turn.TimerKind.TICK, tick.delay());
    }
  }

  /**
   * The only place where the state changes; all that may throw comes before the first assignment.
   */
  private void commit(Object next, List<Entry> made, Turn turn) {
    Outbound.Delivery delivery = settings.patchInterval().isZero() ? delivery(next, made) : null;
    state = next;
    seq += made.size();
    stateMessage = null;
    for (Entry entry : made) {
      turn.entry(name, entry);
    }
    if (delivery != null) {
      send(delivery, turn);
    } else {
      sendLater(made, turn);
    }
  }

  private void sendLater(List<Entry> made, Turn turn) {
    if (unsent.isEmpty()) {
      unsent = new ArrayList<>();
      turn.timer(this, Turn.TimerKind.PATCH, settings.patchInterval());
    }
    unsent.addAll(made);
  }

  /** Sends the entries that the patch interval gathered, as one message. */
  void sendPatch(Turn turn) {
    if (!unsent.isEmpty()) {
      List<Entry> gathered = unsent;
      unsent = List.of();
      send(delivery(state, gathered), turn);
    }
  }

  private void send(Outbound.Delivery delivery, Turn turn) {
    turn.delivery(delivery, occupants.channels());
  }

  private Outbound.Delivery delivery(Object after, List<Entry> entries) {
    long first = entries.get(0).seq();
    long last = entries.get(entries.size() - 1).seq();
    Payload single = entries.size() == 1 ? entries.get(0).payload() : null;
    Payload binary =
        single != null && single.isBinary() && logic.broadcastsBinary() ? single : null;
    byte[] delta = logic.delta(after, entries).asJson();
    JsonWriter out = new JsonWriter(delta.length + 64);
    out.raw(DATA_TYPE).raw(quotedType).raw(STATE).raw(delta).raw(SEQ).number(last).raw('}');
    return new Outbound.Delivery(name, MSG, first, last, binary, out.toBytes());
  }

  /** The deliveries of entries as they were sent, to fill a gap; a delivery each. */
  List<Outbound.Delivery> deliveriesOf(List<Entry> entries) {
    return entries.stream().map(entry -> delivery(state, List.of(entry))).toList();
  }

  /**
   * The payload of {@code state}: the same array until the next entry, so that a thousand joins
   * render it once.
   */
  byte[] stateMessage() {
    if (stateMessage == null) {
      byte[] view = logic.view(state).asJson();
      JsonWriter out = new JsonWriter(view.length + 96);
      out.raw(DATA_TYPE)
          .raw(quotedType)
          .raw(STATE)
          .raw(view)
          .raw(SEQ)
          .number(seq)
          .raw(EPOCH)
          .quote(epoch);
      stateMessage = out.raw('}').toBytes();
    }
    return stateMessage;
  }
}
