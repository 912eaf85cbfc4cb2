package io.mycelium.connection;

import io.mycelium.access.RoomRights;
import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.bus.ReplyTo;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * One connection's membership of one room. While a join or leave is in flight to the instance,
 * further messages for the topic are held back and handled afterwards, in order: to the client,
 * each seems to take effect at once.
 */
final class Channel implements ReplyTo {
  private static final byte[] PRESENCE_STATE = JsonWriter.quoted("presence_state");
  private static final byte[] PRESENCE_DIFF = JsonWriter.quoted("presence_diff");

  private final Connection connection;
  private final HubRoom room;
  private final byte[] joinRef;
  private final byte[] name;
  private final Payload params;
  private RoomRights rights;
  private byte[] ref;
  private Channel replaced;
  private ArrayDeque<InboundMessage> held;
  private boolean busy = true;
  private boolean joining = true;
  private boolean kicked;
  private boolean blind;

  /** Index in its audience; -1 while it is in none. */
  int index = -1;

  /**
   * @param rights what the connection's identity may do in the room
   * @param replaced the channel that a second join of the same topic closes, or null
   */
  Channel(
      Connection connection,
      HubRoom room,
      InboundMessage join,
      RoomRights rights,
      Channel replaced) {
    this.connection = connection;
    this.room = room;
    this.joinRef = join.joinRef();
    this.name = join.hasNoJoinRef() ? join.ref() : join.joinRef();
    this.ref = join.ref();
    this.rights = rights;
    this.blind = !rights.seesPresence();
    this.params = kept(join.payload());
    this.replaced = replaced;
  }

  /** Most joins say nothing: they share one. */
  private static Payload kept(Payload params) {
    boolean none = params != null && Arrays.equals(params.bytes(), Payload.EMPTY.bytes());
    return none ? Payload.EMPTY : params;
  }

  Connection connection() {
    return connection;
  }

  HubRoom room() {
    return room;
  }

  RoomRights rights() {
    return rights;
  }

  /**
   * Applies the rights of another token at once. Diffs need a {@code presence_state} first: a
   * channel whose join is in flight gets it with the join's answer, another channel asks for it.
   */
  void rights(RoomRights changed) {
    boolean gains = blind && changed.seesPresence() && !rights.seesPresence();
    rights = changed;
    if (!changed.seesPresence() && !blind) {
      room.blind(this, true);
    } else if (gains && !joining) {
      connection
          .link()
          .send(
              Command.Kind.PRESENCE,
              connection.number(),
              room.name(),
              null,
              null,
              null,
              this::onPresence);
    }
  }

  /** The reply comes behind the {@code presence_state}. Without one, only a new join helps. */
  private void onPresence(Outbound.Reply reply) {
    boolean current = !connection.isClosed() && connection.channel(room.name()) == this;
    if (!current || !blind || !rights.seesPresence()) {
      return;
    }
    if (reply.ok()) {
      room.blind(this, false);
    } else {
      joinAnew();
    }
  }

  /** A message to this channel alone. A {@code presence_state} is where presence begins. */
  void onDirect(byte[] quotedEvent, byte[] json) {
    if (blind && isPresence(quotedEvent)) {
      if (!rights.seesPresence()) {
        return;
      }
      room.blind(this, false);
    }
    room.write();
    connection.outbox().push(this, quotedEvent, json);
  }

  /** Whether the channel gets no presence messages. */
  boolean isBlind() {
    return blind;
  }

  /** For {@link HubRoom#blind}, which moves the channel to another audience. */
  void blind(boolean changed) {
    blind = changed;
  }

  /** Whether messages of that event show the users of the room. */
  static boolean isPresence(byte[] quotedEvent) {
    return Arrays.equals(quotedEvent, PRESENCE_DIFF) || Arrays.equals(quotedEvent, PRESENCE_STATE);
  }

  /**
   * The reference of this join in all messages of the channel: as in Phoenix, its join reference
   * or, if the client sends none, its reference.
   */
  byte[] joinRef() {
    return name;
  }

  /** Whether a leave refers to this join. */
  boolean isNamedBy(InboundMessage leave) {
    return InboundMessage.sameRef(leave.joinRef(), joinRef)
        || InboundMessage.sameRef(leave.joinRef(), name);
  }

  boolean isBusy() {
    return busy;
  }

  /** Keeps a message for later; false if there are too many. */
  boolean hold(InboundMessage message, int limit) {
    if (held == null) {
      held = new ArrayDeque<>(4);
    }
    return held.size() < limit && held.add(message);
  }

  void askToJoin() {
    connection
        .link()
        .send(
            Command.Kind.JOIN,
            connection.number(),
            room.name(),
            null,
            connection.user(),
            params,
            this);
  }

  /** The instance forgot this channel; the client does not learn of it. */
  void restore() {
    connection
        .link()
        .restore(
            Command.Kind.RESTORE,
            connection.number(),
            room.name(),
            connection.user(),
            params,
            this::restored);
  }

  private void restored(Outbound.Reply reply) {
    if (index < 0 && !room.awaits(this)) {
      return;
    }
    if (!reply.ok()) {
      end(true);
    } else if (!room.catchUp(reply.seq())) {
      joinAnew();
    }
  }

  /** The answer to the join. */
  @Override
  public void onReply(Outbound.Reply reply) {
    if (connection.isClosed()) {
      return;
    }
    if (!reply.ok()) {
      refused(reply);
    } else if (room.admit(this, reply.seq())) {
      admitted(reply);
      if (kicked) {
        kick();
        return;
      }
    } else {
      askToJoin();
      return;
    }
    settled();
  }

  private void admitted(Outbound.Reply reply) {
    connection.outbox().reply(joinRef, ref, room.topic(), true, reply.response());
    closeReplaced();
    joining = false;
    ref = null;
  }

  private void refused(Outbound.Reply reply) {
    if (reply.code() == ErrorCode.TIMEOUT || replaced != null) {
      connection
          .link()
          .sendEnd(Command.Kind.LEAVE, connection.number(), room.name(), ReplyTo.NOBODY);
    }
    connection.outbox().error(joinRef, ref, room.topic(), reply);
    closeReplaced();
    connection.forget(this);
  }

  private void closeReplaced() {
    if (replaced != null) {
      room.remove(replaced);
      connection.outbox().phxClose(replaced);
      replaced = null;
    }
  }

  /** A missed message of the room, in the form of a live one. */
  void deliver(Outbound.Delivery missed) {
    connection
        .serializer()
        .broadcast(
            connection.outbox().buffer(),
            room.topic(),
            missed.quotedEvent(),
            missed.binary(),
            missed.json());
  }

  void leave(InboundMessage leave) {
    busy = true;
    connection
        .link()
        .sendEnd(Command.Kind.LEAVE, connection.number(), room.name(), reply -> left(leave));
  }

  private void left(InboundMessage leave) {
    if (connection.isClosed() || !busy) {
      return;
    }
    room.remove(this);
    connection.forget(this);
    connection.outbox().reply(name, leave.ref(), room.topic(), true, Outbox.EMPTY);
    connection.outbox().phxClose(this);
    settled();
  }

  /** The room's logic ends the channel; a pending join is answered first. */
  void kick() {
    if (joining) {
      kicked = true;
    } else {
      connection
          .link()
          .sendEnd(Command.Kind.LEAVE, connection.number(), room.name(), ReplyTo.NOBODY);
      end(false);
    }
  }

  /**
   * The missed messages are not available: the client must join again. A channel that a second join
   * is about to replace ends with that join's answer: a leave after the join would end the new
   * membership.
   */
  void joinAnew() {
    if (connection.channel(room.name()) == this) {
      connection
          .link()
          .sendEnd(Command.Kind.LEAVE, connection.number(), room.name(), ReplyTo.NOBODY);
      end(true);
    } else {
      room.remove(this);
    }
  }

  /** Ends the channel from the server's side; held messages are answered {@code not_joined}. */
  void end(boolean error) {
    room.remove(this);
    if (replaced != null) {
      room.remove(replaced);
    }
    connection.forget(this);
    if (error) {
      connection.outbox().phxError(this);
    } else {
      connection.outbox().phxClose(this);
    }
    settled();
  }

  /** The connection is gone. */
  void discard() {
    room.remove(this);
    if (replaced != null) {
      room.remove(replaced);
    }
    held = null;
  }

  private void settled() {
    busy = false;
    ArrayDeque<InboundMessage> messages = held;
    held = null;
    if (messages != null) {
      messages.forEach(connection::handle);
    }
  }
}
