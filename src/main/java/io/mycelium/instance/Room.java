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
   * @param tickAt when the logic wants to be called, in milliseconds since 1970; 0 if it does not
   * @param unsent entries that a patch interval still held
   */
  record Saved(
      Object state,
      long seq,
      String epoch,
      Occupants occupants,
      long tickAt,
      List<Entry> unsent,
      Journal.Read replay) {

    /** A room of which only the journal knows anything. */
    static Saved unknown() {
      return new Saved(null, 0, newEpoch(), null, 0, List.of(), null);
    }

    Saved lost() {
      return new Saved(null, 0, epoch, occupants, tickAt, List.of(), null);
    }

    boolean isLost() {
      return state == null && replay == null;
    }

    Saved replayed(Journal.Read read) {
      return new Saved(null, 0, epoch, occupants, tickAt, List.of(), read);
    }

    Saved vacated() {
      return new Saved(state, seq, epoch, null, tickAt, List.of(), replay);
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
  private Entry lastReplayed;

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
      this.state = present("init", this.logic.init());
      this.epoch = newEpoch();
      this.occupants = new Occupants(settings.presence());
      return;
    }
    this.occupants =
        saved.occupants() == null ? new Occupants(settings.presence()) : saved.occupants();
    this.tickAt = saved.tickAt();
    this.unsent = saved.unsent();
    if (saved.replay() == null) {
      this.state = saved.state();
      this.seq = saved.seq();
      this.epoch = saved.epoch();
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
    state = present("init", logic.init());
    for (Entry entry : entries) {
      state = present("apply", logic.apply(state, entry));
      seq = entry.seq();
      lastReplayed = entry;
    }
  }

  /** No state at all means that it was lost, so the logic's own is never null. */
  private static Object present(String hook, Object state) {
    if (state == null) {
      throw new IllegalStateException("state is null, expected one from " + hook);
    }
    return state;
  }

  static String newEpoch() {
    return Long.toHexString(UUID.randomUUID().getMostSignificantBits());
  }

  Saved save() {
    occupants.forgetSchedule();
    return new Saved(state, seq, epoch, occupants, tickAt, unsent, null);
  }

  /**
   * Sets the timers again that a predecessor had set. An entry that it wrote without knowing was
   * published by nobody: the last one goes out (again), and a hub that lacks others before it finds
   * the gap.
   */
  void resume(long now, Turn turn) {
    if (tickAt > 0) {
      turn.timer(this, Turn.TimerKind.TICK, Duration.ofMillis(Math.max(1, tickAt - now)), tickAt);
    }
    if (!unsent.isEmpty()) {
      turn.timer(this, Turn.TimerKind.PATCH, settings.patchInterval(), 0);
    }
    if (lastReplayed != null) {
      send(delivery(state, List.of(lastReplayed)), turn);
      lastReplayed = null;
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
    return carryOut(logic.onPush(state, push), push.at(), false, turn);
  }

  /** What a join shows is rendered before anything changes: a throw leaves nothing behind. */
  Outcome join(Member member, long now, Turn turn) {
    return carryOut(logic.onJoin(state, member), now, true, turn);
  }

  void leave(Member member, boolean lastOfUser, long now, Turn turn) {
    carryOut(logic.onLeave(state, member, lastOfUser), now, false, turn);
  }

  /**
   * A tick that throws comes again once the instance was restarted; one that always throws fails
   * the instance, which is better than a game that stands still.
   *
   * @param due what {@code tickAt} was when the timer was set; the timer of a tick that was
   *     replaced finds another
   */
  void tick(long due, long now, Turn turn) {
    if (tickAt != due) {
      return;
    }
    boolean ticked = false;
    tickAt = 0;
    try {
      carryOut(logic.onTick(state, now), now, false, turn);
      ticked = true;
    } finally {
      if (!ticked) {
        tickAt = due;
      }
    }
  }

  private Outcome carryOut(Effects effects, long now, boolean show, Turn turn) {
    List<Effects.Effect> list = effects.list();
    for (Effects.Effect effect : list) {
      if (effect instanceof Effects.Reject reject) {
        return new Outcome(reject, null);
      }
    }
    List<Entry> made = List.of();
    Object next = state;
    Payload response = null;
    List<Outbound> messages = List.of();
    for (Effects.Effect effect : list) {
      if (effect instanceof Effects.Append append) {
        made =
            with(
                made,
                new Entry(
                    seq + made.size() + 1, now, append.event(), append.user(), append.payload()));
        next = present("apply", logic.apply(next, made.get(made.size() - 1)));
      } else if (effect instanceof Effects.Reply reply) {
        response = reply.payload();
      } else if (!(effect instanceof Effects.TickIn)) {
        messages = with(messages, message(effect));
      }
    }
    byte[] shown =
        show && !made.isEmpty()
            ? stateMessage(next, seq + made.size())
            : show ? stateMessage() : null;
    commit(next, made, shown, turn);
    messages.forEach(message -> send(message, turn));
    setTick(list, now, turn);
    return response == null ? Outcome.DONE : new Outcome(null, response);
  }

  private static <T> List<T> with(List<T> list, T last) {
    if (list.isEmpty()) {
      return List.of(last);
    }
    List<T> longer = list instanceof ArrayList ? list : new ArrayList<>(list);
    longer.add(last);
    return longer;
  }

  private Outbound message(Effects.Effect effect) {
    if (effect instanceof Effects.Broadcast broadcast) {
      byte[] json = broadcast.payload().asJson();
      return new Outbound.Delivery(name, JsonWriter.quoted(broadcast.event()), 0, 0, null, json);
    } else if (effect instanceof Effects.Send send) {
      Member to = send.to();
      byte[] event = JsonWriter.quoted(send.event());
      return new Outbound.Direct(
          to.gateway(), to.connection(), name, event, send.payload().asJson());
    }
    Member kicked = ((Effects.Kick) effect).member();
    return new Outbound.Kick(kicked.gateway(), kicked.connection(), name);
  }

  private void setTick(List<Effects.Effect> list, long now, Turn turn) {
    for (Effects.Effect effect : list) {
      if (effect instanceof Effects.TickIn tick) {
        tickAt = now + Math.max(1, tick.delay().toMillis());
        turn.timer(this, Turn.TimerKind.TICK, tick.delay(), tickAt);
      }
    }
  }

  /**
   * The only place where the state changes; all that may throw comes before the first assignment.
   */
  private void commit(Object next, List<Entry> made, byte[] shown, Turn turn) {
    if (made.isEmpty()) {
      return;
    }
    Outbound.Delivery delivery = settings.patchInterval().isZero() ? delivery(next, made) : null;
    state = next;
    seq += made.size();
    stateMessage = shown;
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
      turn.timer(this, Turn.TimerKind.PATCH, settings.patchInterval(), 0);
    }
    unsent.addAll(made);
  }

  /** Sends the entries that the patch interval gathered, as one message. */
  void sendPatch(Turn turn) {
    if (!unsent.isEmpty()) {
      Outbound.Delivery delivery = delivery(state, unsent);
      unsent = List.of();
      send(delivery, turn);
    }
  }

  private void send(Outbound message, Turn turn) {
    if (message instanceof Outbound.Delivery delivery) {
      turn.delivery(delivery, occupants.channels());
    } else {
      turn.item(message);
    }
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
      stateMessage = stateMessage(state, seq);
    }
    return stateMessage;
  }

  private byte[] stateMessage(Object of, long at) {
    byte[] view = logic.view(of).asJson();
    JsonWriter out = new JsonWriter(view.length + 96);
    out.raw(DATA_TYPE)
        .raw(quotedType)
        .raw(STATE)
        .raw(view)
        .raw(SEQ)
        .number(at)
        .raw(EPOCH)
        .quote(epoch);
    return out.raw('}').toBytes();
  }
}
