package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Position;
import io.mycelium.room.Room;
import io.mycelium.room.RoomNames;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.SavedRoom;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.RoomSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The rooms and connections of one instance, without any I/O: commands in, a {@link Turn} out. For
 * one thread.
 *
 * <p>An exception from a room's logic is answered, changes nothing, and is returned: the caller
 * then feeds this instance no more and hands over to a successor.
 */
public final class Instance {
  private static final byte[] ROOMS = JsonWriter.quoted("rooms");
  private static final byte[] EMPTY = JsonWriter.constant("{}");
  static final String GET_ROOMS = InboundMessage.Event.GET_ROOMS.text();

  private final RoomTypes types;
  private final LongSupplier clock;
  private final Admission admission;
  private final Pushes pushes;
  private final Map<String, Room> rooms = new HashMap<>(4);
  private final RoomNames names = new RoomNames(rooms.keySet());
  private final Map<String, LinkState> links = new HashMap<>(2);
  private final Membership membership;
  private InstanceSpec spec;
  private int connections;

  public Instance(
      InstanceSpec spec,
      RoomTypes types,
      LongSupplier clock,
      Duration presenceInterval,
      Admission admission,
      Handover handover) {
    this.spec = spec;
    this.types = types;
    this.clock = clock;
    this.admission = admission;
    this.pushes = new Pushes(clock, admission);
    spec.rooms().forEach((name, settings) -> open(name, settings, handover.rooms().get(name)));
    for (LinkState link : handover.links()) {
      links.put(link.gateway(), link);
      connections += link.size();
    }
    membership = new Membership(rooms, clock, presenceInterval, handover.nextRef());
  }

  private Room open(String name, RoomSettings settings, SavedRoom saved) {
    Room room =
        new Room(
            name, settings, types.open(settings), admission.limits(), admission.account(), saved);
    rooms.put(name, room);
    names.changed();
    return room;
  }

  /** Sets the predecessor's timers again. */
  void resume(Turn turn) {
    for (Room room : rooms.values()) {
      room.resume(clock.getAsLong(), turn);
      membership.presenceChanged(room, turn);
    }
  }

  /** Sends what waits for an interval to end. */
  void flush(Turn turn) {
    for (Room room : rooms.values()) {
      room.sendPatch(turn);
      if (room.occupants().hasDiff()) {
        membership.sendDiff(room, turn);
      }
    }
  }

  /** Hands everything over to a successor. Does not call the logic, which may have failed. */
  Handover handOver() {
    Map<String, SavedRoom> saved = new HashMap<>();
    rooms.forEach((name, room) -> saved.put(name, room.save()));
    return new Handover(saved, List.copyOf(links.values()), membership.nextRef(), false);
  }

  /** Number of the last command applied, by link. */
  Map<String, Long> applied() {
    Map<String, Long> applied = new HashMap<>();
    links.values().forEach(link -> applied.put(link.gateway(), link.applied()));
    return applied;
  }

  /**
   * Applies the commands in order, each once: skips commands that were applied before, and after a
   * gap applies none and requests the missing ones.
   *
   * @param slice after which the rest of the batch is left for later
   * @return the logic's exception, or null; commands after it were not applied
   */
  Throwable handle(CommandBatch batch, Mailbox.Slice slice, Turn turn) {
    LinkState known = links.get(batch.gateway());
    long applied = known == null ? 0 : known.applied();
    if (known != null) {
      known.replies().acknowledged(batch.answered());
      if (batch.commands().isEmpty()) {
        known.replies().repeat(turn);
      }
    }
    if (LinkAnswers.isHello(batch)) {
      LinkAnswers.toHello(known, batch, rooms.values(), turn);
      return null;
    }
    if (batch.previous() > applied) {
      turn.item(
          known == null
              ? new Outbound.Forgotten(batch.gateway())
              : new Outbound.Resend(batch.gateway(), applied));
      return null;
    }
    LinkState link = known == null ? new LinkState(batch.gateway()) : known;
    links.put(link.gateway(), link);
    List<Command> commands = batch.commands();
    for (int i = 0; i < commands.size() && !slice.isOverBefore(i); i++) {
      Command command = commands.get(i);
      if (command.number() > link.applied()) {
        link.applied(command.number());
        Throwable crash = apply(link, command, turn);
        Outbound.Reply reply = turn.lastReply();
        if (reply != null && reply.number() == command.number() && LinkAnswers.saysAll(command)) {
          link.replies().add(reply);
        }
        if (crash != null) {
          return crash;
        }
      }
    }
    return null;
  }

  /** Likewise, the whole batch at once. */
  public Throwable handle(CommandBatch batch, Turn turn) {
    return handle(batch, new Mailbox.Slice(), turn);
  }

  private Throwable apply(LinkState link, Command command, Turn turn) {
    turn.origin(admission.origin(link.gateway(), command));
    try {
      switch (command.kind()) {
        case PUSH -> push(link, command, turn);
        case JOIN -> join(link, command, turn);
        case RESTORE -> restore(link, command, turn);
        case HELLO -> {}
        case OPEN -> openConnection(link, command, turn);
        case LEAVE -> leave(link, command, turn);
        case PRESENCE -> membership.showPresence(link, command, room(command.room()), turn);
        case CLOSE -> {
          return closeConnection(link, command, turn);
        }
        case DETACH -> {
          return detach(link, command, turn);
        }
        case CATCH_UP -> CatchUps.answer(link.gateway(), command, room(command.room()), turn);
        case REFILL -> Pushes.refill(link.gateway(), command, rooms.get(command.room()), turn);
      }
      return null;
    } catch (Refusal refusal) {
      turn.error(link.gateway(), command.number(), refusal.code(), refusal.getMessage());
      return null;
    } catch (Exception | Error e) {
      String message =
          "the room's logic failed; the instance restarts with its state from before this message";
      turn.error(link.gateway(), command.number(), ErrorCode.INSTANCE_CRASHED, message);
      return e;
    }
  }

  private void push(LinkState link, Command command, Turn turn) {
    Room room = room(command.room());
    if (GET_ROOMS.equals(command.event()) && room.name().equals(InstanceSpec.LOBBY)) {
      turn.ok(link.gateway(), command.number(), EMPTY, 0);
      turn.item(
          new Outbound.Direct(
              link.gateway(), command.connection(), room.name(), ROOMS, names.message()));
    } else {
      pushes.push(link.gateway(), command, room, turn);
    }
  }

  private void join(LinkState link, Command command, Turn turn) {
    Room room = room(command.room());
    open(link, command);
    Position since = Position.of(command.payload());
    if (since != null && admission.mustRead(room, since)) {
      link.connection(command.connection()).awaits(room.name(), command.number());
      turn.ask(link.gateway(), command);
    } else {
      join(link, command, room, since, turn);
    }
  }

  /**
   * A join whose missed entries have been read, unless it was given up meanwhile.
   *
   * @throws Refusal if the room is gone
   */
  void resumeJoin(Turn.Question question, Turn turn) {
    Command command = question.command();
    LinkState link = links.get(question.gateway());
    LinkState.Connection connection = link == null ? null : link.connection(command.connection());
    if (connection == null || !connection.stopsWaiting(command.room(), command.number())) {
      turn.error(
          question.gateway(), command.number(), ErrorCode.NOT_JOINED, "the channel left meanwhile");
      return;
    }
    join(link, command, room(command.room()), Position.of(command.payload()), turn);
  }

  private void join(LinkState link, Command command, Room room, Position since, Turn turn) {
    boolean recovered = since != null && admission.canResume(room, since);
    if (recovered) {
      room.missed(since.seq());
    }
    Room.Outcome outcome = membership.join(link, command, room, turn);
    CatchUps.tell(link.gateway(), room, turn);
    turn.reply(
        ReplyJson.toJoin(
            link.gateway(), command.number(), outcome, room, since == null ? null : recovered));
    if (outcome.reject() == null) {
      List<Outbound.Delivery> missed = recovered ? room.missed(since.seq()) : null;
      byte[] all = room.name().equals(InstanceSpec.LOBBY) ? names.message() : null;
      ReplyJson.greet(link.gateway(), command.connection(), room, missed, all, turn);
    }
  }

  /** The hub knows which entries the channel has, so there is no greeting. */
  private void restore(LinkState link, Command command, Turn turn) {
    open(link, command);
    LinkAnswers.toRestore(link, command, room(command.room()), membership, turn);
  }

  private Room room(String name) {
    Room room = rooms.get(name);
    if (room == null) {
      throw new Refusal(
          ErrorCode.UNKNOWN_ROOM, "room is " + name + ", expected one of " + names.some());
    }
    return room;
  }

  private void openConnection(LinkState link, Command command, Turn turn) {
    if (connections >= spec.config().maxConnections()) {
      throw new Refusal(
          ErrorCode.MAX_CONNECTIONS,
          "the instance has its max_connections of " + spec.config().maxConnections());
    }
    open(link, command);
    turn.ok(link.gateway(), command.number(), null, 0);
  }

  /**
   * A connection that joins was admitted before, perhaps by a predecessor that could not report it.
   */
  private void open(LinkState link, Command command) {
    if (link.connection(command.connection()) == null) {
      link.open(command.connection(), command.user());
      connections++;
    }
  }

  private void leave(LinkState link, Command command, Turn turn) {
    LinkState.Connection connection = link.connection(command.connection());
    if (connection != null) {
      connection.stopsWaiting(command.room());
    }
    membership.leave(link, command.connection(), command.room(), turn);
    turn.ok(link.gateway(), command.number(), null, 0);
  }

  private Throwable closeConnection(LinkState link, Command command, Turn turn) {
    turn.ok(link.gateway(), command.number(), null, 0);
    return close(link, command.connection(), turn);
  }

  private Throwable detach(LinkState link, Command command, Turn turn) {
    turn.ok(link.gateway(), command.number(), null, 0);
    links.remove(link.gateway());
    Throwable thrown = null;
    for (long number : link.numbers()) {
      Throwable crash = close(link, number, turn);
      thrown = crash == null ? thrown : crash;
    }
    return thrown;
  }

  private Throwable close(LinkState link, long number, Turn turn) {
    LinkState.Connection closed = link.close(number);
    if (closed == null) {
      return null;
    }
    connections--;
    return membership.leaveAll(closed, turn);
  }

  void timer(Turn.Timer timer, Turn turn) {
    Room room = timer.room();
    if (rooms.get(room.name()) != room) {
      return;
    }
    switch (timer.kind()) {
      case TICK -> room.tick(timer.due(), clock.getAsLong(), turn);
      case PATCH -> room.sendPatch(turn);
      case PRESENCE -> membership.sendDiff(room, turn);
    }
  }

  /** Null if there is no room with this name. */
  public Room find(String name) {
    return rooms.get(name);
  }

  void putRoom(String name, InstanceSpec changed, Turn turn) {
    open(name, changed.rooms().get(name), null);
    spec = changed;
    tellRooms(turn);
  }

  void deleteRoom(String name, InstanceSpec changed, Turn turn) {
    Room removed = rooms.remove(name);
    names.changed();
    membership.roomRemoved(removed);
    removed.release();
    spec = changed;
    for (LinkState link : links.values()) {
      link.connections().forEachRemaining(connection -> connection.remove(name));
    }
    turn.roomRemoved(name);
    turn.item(new Outbound.RoomClosed(name));
    tellRooms(turn);
  }

  private void tellRooms(Turn turn) {
    Room lobby = rooms.get(InstanceSpec.LOBBY);
    Outbound.Delivery delivery =
        new Outbound.Delivery(
            InstanceSpec.LOBBY, ROOMS, 0, 0, null, JsonParts.whole(names.message()));
    turn.delivery(delivery, lobby.occupants().channels());
  }

  InstanceSpec spec() {
    return spec;
  }

  /** Whether all rooms are at rest, so that the instance can go to sleep. */
  boolean canSleep() {
    return rooms.values().stream().allMatch(Room::canSleep);
  }

  int connections() {
    return connections;
  }

  /** About how many bytes of heap the rooms' entries take. */
  long entriesBytes() {
    long bytes = 0;
    for (Room room : rooms.values()) {
      bytes += room.heapBytes();
    }
    return bytes;
  }

  /** Its states are in memory no longer. */
  void releaseStates() {
    admission.account().close();
  }

  int channels() {
    return membership.channels();
  }

  List<Room> rooms() {
    return new ArrayList<>(rooms.values());
  }
}
