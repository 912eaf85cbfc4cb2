package io.mycelium.instance;

import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.Effects;
import java.util.List;

/** The replies of an instance, as JSON text. */
final class ReplyJson {
  private static final byte[] STATE = JsonWriter.quoted("state");
  private static final byte[] ROOMS = JsonWriter.quoted("rooms");
  private static final byte[] PRESENCE_STATE = JsonWriter.quoted("presence_state");
  private static final byte[] SEQ = JsonWriter.constant("{\"seq\":");
  private static final byte[] EPOCH = JsonWriter.constant(",\"epoch\":");
  private static final byte[] DATA = JsonWriter.constant(",\"data\":");
  private static final byte[] DUPLICATE = JsonWriter.constant(",\"duplicate\":true}");
  private static final byte[] RECOVERED = JsonWriter.constant(",\"recovered\":true");
  private static final byte[] NOT_RECOVERED = JsonWriter.constant(",\"recovered\":false");
  private static final byte[] REASON = JsonWriter.constant("{\"reason\":");
  private static final byte[] MESSAGE = JsonWriter.constant(",\"message\":");

  private ReplyJson() {}

  static Outbound.Reply toPush(String gateway, long number, Room.Outcome outcome, long seq) {
    if (outcome.reject() != null) {
      return rejected(gateway, number, outcome.reject());
    }
    return new Outbound.Reply(gateway, number, null, null, response(outcome, seq), seq);
  }

  /** Null if the sequence is the whole answer. */
  static byte[] response(Room.Outcome outcome, long seq) {
    if (outcome.response() == null) {
      return null;
    }
    byte[] data = outcome.response().asJson();
    JsonWriter out = new JsonWriter(data.length + 32).raw(SEQ).number(seq).raw(DATA).raw(data);
    return out.raw('}').toBytes();
  }

  /** A push that was made before. */
  static Outbound.Reply duplicate(String gateway, long number, long seq) {
    byte[] json = new JsonWriter(48).raw(SEQ).number(seq).raw(DUPLICATE).toBytes();
    return new Outbound.Reply(gateway, number, null, null, json, seq);
  }

  /**
   * @param recovered whether the client resumed; null if it did not ask to
   */
  static Outbound.Reply toJoin(
      String gateway, long number, Room.Outcome outcome, Room room, Boolean recovered) {
    if (outcome.reject() != null) {
      return rejected(gateway, number, outcome.reject());
    }
    JsonWriter out = new JsonWriter(64).raw(SEQ).number(room.seq()).raw(EPOCH).quote(room.epoch());
    if (recovered != null) {
      out.raw(recovered ? RECOVERED : NOT_RECOVERED);
    }
    if (outcome.response() != null) {
      out.raw(DATA).raw(outcome.response().asJson());
    }
    return new Outbound.Reply(gateway, number, null, null, out.raw('}').toBytes(), room.seq());
  }

  private static Outbound.Reply rejected(String gateway, long number, Effects.Reject reject) {
    JsonWriter out = new JsonWriter(96).raw(REASON).quote(reject.reason());
    byte[] json = out.raw(MESSAGE).quote(reject.message()).raw('}').toBytes();
    ErrorCode code = ErrorCode.rejecting(reject.reason());
    return new Outbound.Reply(gateway, number, code, reject.message(), json, 0);
  }

  /**
   * What a channel gets after its join's reply.
   *
   * @param missed the missed messages that it gets instead of the state; null if it gets the state
   */
  static void greet(
      String gateway,
      long connection,
      Room room,
      List<Outbound.Delivery> missed,
      byte[] roomsOrNull,
      Turn turn) {
    if (missed == null) {
      turn.item(new Outbound.Direct(gateway, connection, room.name(), STATE, room.stateMessage()));
    } else if (!missed.isEmpty()) {
      turn.item(new Outbound.Catchup(gateway, connection, room.name(), missed));
    }
    if (roomsOrNull != null) {
      turn.item(new Outbound.Direct(gateway, connection, room.name(), ROOMS, roomsOrNull));
    }
    presence(gateway, connection, room, turn);
  }

  /** The names of an instance's rooms, as its lobby shows them. */
  static byte[] rooms(Iterable<String> names) {
    JsonWriter out = new JsonWriter(64).raw(JsonWriter.constant("{\"data\":["));
    String separator = "";
    for (String name : names) {
      out.raw(JsonWriter.constant(separator)).quote(name);
      separator = ",";
    }
    return out.raw(']').raw('}').toBytes();
  }

  /** Everyone in the room, unless the room has presence off. */
  static void presence(String gateway, long connection, Room room, Turn turn) {
    byte[] presence = room.occupants().presenceState();
    if (presence != null) {
      turn.item(new Outbound.Direct(gateway, connection, room.name(), PRESENCE_STATE, presence));
    }
  }
}
