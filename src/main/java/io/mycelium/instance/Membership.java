package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.presence.Presence;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.Member;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Joins and leaves of an instance's channels. */
final class Membership {
  private static final byte[] PRESENCE_DIFF = JsonWriter.quoted("presence_diff");

  private final Map<String, Room> rooms;
  private final LongSupplier clock;
  private final Duration presenceInterval;
  private long nextRef;
  private int channels;

  Membership(Map<String, Room> rooms, LongSupplier clock, Duration presenceInterval, long nextRef) {
    this.rooms = rooms;
    this.clock = clock;
    this.presenceInterval = presenceInterval;
    this.nextRef = nextRef;
    this.channels = rooms.values().stream().mapToInt(room -> room.occupants().channels()).sum();
  }

  /** Channels of all rooms. */
  int channels() {
    return channels;
  }

  /** A room was removed with its channels. */
  void roomRemoved(Room room) {
    channels -= room.occupants().channels();
  }

  long nextRef() {
    return nextRef;
  }

  /**
   * A second join of the same connection replaces the first, as a Phoenix client that lost track
   * expects.
   */
  Room.Outcome join(LinkState link, Command command, Room room, Turn turn) {
    LinkState.Connection connection = link.connection(command.connection());
    long now = clock.getAsLong();
    Payload params = command.payload() == null ? Payload.EMPTY : command.payload();
    Member member =
        new Member(connection.user(), link.gateway(), command.connection(), nextRef, params);
    Presence.Meta meta = room.occupants().meta(member, now);
    Room.Outcome outcome = room.join(member, now, turn);
    if (outcome.reject() != null) {
      return outcome;
    }
    nextRef++;
    Member replaced = connection.remove(room.name());
    room.occupants().add(member, meta);
    if (replaced != null) {
      room.occupants().remove(replaced);
      channels--;
    }
    channels++;
    connection.add(new LinkState.Channel(room.name(), member));
    presenceChanged(room, turn);
    return outcome;
  }

  void leave(LinkState link, long number, String roomName, Turn turn) {
    LinkState.Connection connection = link.connection(number);
    Member member = connection == null ? null : connection.remove(roomName);
    if (member != null) {
      leave(roomName, member, turn);
    }
  }

  /**
   * Sends the {@code presence_state} to a channel that could not see presence until now, ahead of
   * the reply.
   */
  void showPresence(LinkState link, Command command, Room room, Turn turn) {
    LinkState.Connection connection = link.connection(command.connection());
    if (connection != null && connection.isIn(room.name())) {
      ReplyJson.presence(link.gateway(), command.connection(), room, turn);
    }
    turn.ok(link.gateway(), command.number(), null, 0);
  }

  /**
   * All rooms are left even if the logic of one throws.
   *
   * @return the exception of one of them, or null
   */
  Throwable leaveAll(LinkState.Connection connection, Turn turn) {
    Throwable thrown = null;
    for (LinkState.Channel channel : List.copyOf(connection.channels())) {
      try {
        leave(channel.room(), channel.member(), turn);
      } catch (Refusal refused) {
        // a leave cannot be refused
      } catch (Exception | Error e) {
        thrown = e;
      }
    }
    return thrown;
  }

  /** A member that left has left, even if the logic throws. */
  private void leave(String roomName, Member member, Turn turn) {
    Room room = rooms.get(roomName);
    boolean last = room.occupants().remove(member);
    channels--;
    presenceChanged(room, turn);
    room.leave(member, last, clock.getAsLong(), turn);
  }

  void presenceChanged(Room room, Turn turn) {
    if (room.occupants().claimDiff()) {
      if (presenceInterval.isZero()) {
        sendDiff(room, turn);
      } else {
        turn.timer(room, Turn.TimerKind.PRESENCE, presenceInterval, 0);
      }
    }
  }

  void sendDiff(Room room, Turn turn) {
    byte[] diff = room.occupants().takeDiff();
    if (diff != null) {
      Outbound.Delivery delivery =
          new Outbound.Delivery(room.name(), PRESENCE_DIFF, 0, 0, null, JsonParts.whole(diff));
      turn.delivery(delivery, room.occupants().channels());
    }
  }
}
