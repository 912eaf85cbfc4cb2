package io.mycelium.room;

import io.mycelium.bus.Outbound;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One room: its state and sequence, and the execution of its logic's decisions. An exception from
 * the logic leaves all fields unchanged. For the instance's thread.
 */
public final class Room {
  private final String name;
  private final RoomSettings settings;
  private final JournalConfig limits;
  private final RoomLogic<Object> logic;
  private final RoomMessages messages;
  private final String epoch;
  private final Occupants occupants;
  private final KeptEntries kept;
  private final boolean restored;
  private Object state;
  private long seq;
  private List<Entry> unsent = List.of();
  private final StateSize size;

  /** Null if it is to be rendered; let go of before the heap is full. */
  private SoftReference<byte[]> stateMessage;

  private long tickAt;
  private long snapshotSeq;

  /**
   * @param saved null for a new room
   */
  @SuppressWarnings("unchecked")
  public Room(
      String name,
      RoomSettings settings,
      RoomLogic<?> logic,
      JournalConfig limits,
      StateAccount account,
      SavedRoom saved) {
    this.name = name;
    this.settings = settings;
    this.limits = limits;
    this.logic = (RoomLogic<Object>) logic;
    this.messages = new RoomMessages(name, settings.type(), this.logic);
    SavedRoom from = saved == null ? SavedRoom.fresh(present("init", this.logic.init())) : saved;
    this.occupants = from.occupants() == null ? new Occupants(settings) : from.occupants();
    this.tickAt = from.tickAt();
    this.unsent = from.unsent();
    this.state = from.state();
    this.seq = from.seq();
    this.epoch = from.epoch();
    this.kept = new KeptEntries(limits, account, from.recent(), from.keys());
    this.snapshotSeq = from.snapshotSeq();
    this.restored = from.restored();
    this.size = new StateSize(this.logic, settings.limits().maxStateBytes(), account, state);
  }

  /** Null means that the state was lost, so the logic's state is never null. */
  public static Object present(String hook, Object state) {
    if (state == null) {
      throw new IllegalStateException("state is null, expected one from " + hook);
    }
    return state;
  }

  public SavedRoom save() {
    occupants.forgetSchedule();
    messages.forgetMissed();
    return new SavedRoom(
        state,
        seq,
        epoch,
        occupants,
        tickAt,
        unsent,
        kept.recent(),
        kept.keys(),
        snapshotSeq,
        false);
  }

  /**
   * Sets the predecessor's timers again. An entry that the predecessor wrote without learning so
   * was not published: the last entry is sent (again), and a hub that lacks earlier ones finds the
   * gap.
   */
  public void resume(long now, Turn turn) {
    if (tickAt > 0) {
      turn.timer(this, Turn.TimerKind.TICK, Duration.ofMillis(Math.max(1, tickAt - now)), tickAt);
    }
    if (!unsent.isEmpty()) {
      turn.timer(this, Turn.TimerKind.PATCH, settings.patchInterval(), 0);
    }
    if (restored) {
      List<Entry> last = recent() == null ? List.of() : recent().after(seq - 1, 1);
      if (!last.isEmpty()) {
        send(messages.delivery(state, last), turn);
      }
      if (occupants.channels() == 0) {
        carryOut(logic.onOpen(state), now, Cause.ROOM, null, turn);
      }
    }
  }

  public String name() {
    return name;
  }

  public RoomSettings settings() {
    return settings;
  }

  public Occupants occupants() {
    return occupants;
  }

  public long seq() {
    return seq;
  }

  public String epoch() {
    return epoch;
  }

  /** The refusal of a push or join if there is one, else the logic's response (or null). */
  public record Outcome(Effects.Reject reject, Payload response) {
    private static final Outcome DONE = new Outcome(null, null);
  }

  public Outcome push(Push push, Turn turn) {
    return push(push, null, turn);
  }

  /**
   * @param key that identifies a repeat; null for an ordinary push
   */
  public Outcome push(Push push, String key, Turn turn) {
    return carryOut(logic.onPush(state, push), push.at(), Cause.PUSH, key, turn);
  }

  /** Sequence of the entry that was pushed with this key; 0 if none is known. */
  public long pushedBefore(String key) {
    return kept.pushedWith(key, seq);
  }

  /** The join's state is rendered first, so an exception leaves nothing behind. */
  public Outcome join(Member member, long now, Turn turn) {
    return carryOut(logic.onJoin(state, member), now, Cause.JOIN, null, turn);
  }

  public void leave(Member member, boolean lastOfUser, long now, Turn turn) {
    carryOut(logic.onLeave(state, member, lastOfUser), now, Cause.ROOM, null, turn);
  }

  /**
   * A tick that throws is repeated after the instance's restart; a tick that always throws fails
   * the instance, which is better than a game that stands still.
   *
   * @param due value of {@code tickAt} when the timer was set; it differs if the tick was replaced
   *     meanwhile
   */
  public void tick(long due, long now, Turn turn) {
    if (tickAt != due) {
      return;
    }
    boolean ticked = false;
    tickAt = 0;
    try {
      carryOut(logic.onTick(state, now), now, Cause.ROOM, null, turn);
      ticked = true;
    } finally {
      if (!ticked) {
        tickAt = due;
      }
    }
  }

  /** Why something changes: a push may be refused, a join is shown what there is then. */
  private enum Cause {
    PUSH,
    JOIN,
    ROOM
  }

  private Outcome carryOut(Effects effects, long now, Cause cause, String key, Turn turn) {
    List<Effects.Effect> list = effects.list();
    int appends = 0;
    // By index here and below, because each push would allocate the iterators.
    for (int i = 0; i < list.size(); i++) {
      Effects.Effect effect = list.get(i);
      if (effect instanceof Effects.Reject reject) {
        return new Outcome(reject, null);
      }
      appends += effect instanceof Effects.Append ? 1 : 0;
    }
    List<Entry> made = List.of();
    Object next = state;
    Payload response = null;
    List<Outbound> others = List.of();
    for (int i = 0; i < list.size(); i++) {
      Effects.Effect effect = list.get(i);
      if (effect instanceof Effects.Append append) {
        long number = seq + made.size() + 1;
        Entry entry =
            new Entry(
                number,
                now,
                append.event(),
                append.user(),
                append.payload(),
                made.size() + 1 == appends ? key : null);
        made = with(made, entry);
        next = present("apply", logic.apply(next, entry));
      } else if (effect instanceof Effects.Reply reply) {
        response = reply.payload();
      } else if (!(effect instanceof Effects.TickIn)) {
        others = with(others, messages.of(effect));
      }
    }
    long bytes = cause == Cause.PUSH ? size.check(next, made) : size.of(next, made);
    byte[] shown = null;
    if (cause == Cause.JOIN) {
      shown = made.isEmpty() ? stateMessage() : messages.state(next, seq + made.size(), epoch);
    }
    commit(next, made, bytes, shown, turn);
    for (int i = 0; i < others.size(); i++) {
      send(others.get(i), turn);
    }
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

  private void setTick(List<Effects.Effect> list, long now, Turn turn) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof Effects.TickIn tick) {
        tickAt = now + Math.max(1, tick.delay().toMillis());
        turn.timer(this, Turn.TimerKind.TICK, tick.delay(), tickAt);
      }
    }
  }

  /**
   * The only place where the state changes; calls that may throw come before the first assignment.
   */
  private void commit(Object next, List<Entry> made, long bytes, byte[] shown, Turn turn) {
    if (made.isEmpty()) {
      return;
    }
    Outbound.Delivery delivery =
        settings.patchInterval().isZero() ? messages.delivery(next, made) : null;
    state = next;
    seq += made.size();
    size.become(bytes);
    stateMessage = shown == null ? null : new SoftReference<>(shown);
    for (int i = 0; i < made.size(); i++) {
      kept.add(made.get(i));
      if (settings.durability() != Durability.NONE) {
        turn.entry(name, epoch, settings.durability(), made.get(i));
      }
    }
    if (seq - snapshotSeq >= limits.snapshotEvery() && settings.durability() != Durability.NONE) {
      turn.snapshot(this);
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
  public void sendPatch(Turn turn) {
    if (!unsent.isEmpty()) {
      Outbound.Delivery delivery = messages.delivery(state, unsent);
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

  /** The newest entries; null before the first. */
  public RecentEntries recent() {
    return kept.recent();
  }

  /** Entries that a hub lacks, in the form in which they were sent, or in one message. */
  public List<Outbound.Delivery> deliveriesOf(List<Entry> entries, boolean inOne) {
    return messages.deliveries(state, entries, inOne);
  }

  /** Whether all later entries are in memory. */
  public boolean remembers(long since) {
    return kept.covers(since, seq);
  }

  /** The messages after this entry, which the room must {@linkplain #remembers remember}. */
  public List<Outbound.Delivery> missed(long since) {
    return messages.missed(since, seq, state, kept.recent());
  }

  /** Drops the entries that were loaded for clients that resume from far back. */
  public void trim() {
    messages.forgetMissed();
    kept.trim();
  }

  /** Whether a tick is pending. */
  public boolean isTicking() {
    return tickAt > 0;
  }

  /** A snapshot that {@link SnapshotJob} writes; later entries count towards the next one. */
  public SnapshotJob snapshot(long closedBy) {
    snapshotSeq = seq;
    return look(closedBy);
  }

  /** The same for an export; does not affect when the next snapshot is due. */
  public SnapshotJob look(long closedBy) {
    return new SnapshotJob(name, settings, logic, state, seq, epoch, tickAt, closedBy);
  }

  /**
   * Whether the room can be restored as it is. A room whose entries are in the journal needs no
   * snapshot.
   */
  public boolean canSleep() {
    return !isTicking()
        && unsent.isEmpty()
        && (seq == 0 || settings.durability() != Durability.NONE || logic.save(state) != null);
  }

  /** About how many bytes of heap the room's entries take. */
  public long heapBytes() {
    return kept.heapBytes();
  }

  /**
   * The payload of {@code state}: the same array until the next entry, so that a thousand joins
   * render it once.
   */
  public byte[] stateMessage() {
    byte[] rendered = stateMessage == null ? null : stateMessage.get();
    if (rendered == null) {
      rendered = messages.state(state, seq, epoch);
      stateMessage = new SoftReference<>(rendered);
    }
    return rendered;
  }

  /** How large its state is, as {@link RoomLogic#size} counts. */
  public long stateBytes() {
    return size.bytes();
  }

  /** Gives back what it has of the node's budget: it is removed. */
  public void release() {
    size.release();
    kept.release();
  }
}
