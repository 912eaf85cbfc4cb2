package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.instance.spi.Effects;
import io.mycelium.instance.spi.Push;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The deployer's requests to one instance, on the instance's thread: rooms, entries, a back end's
 * messages.
 */
final class InstanceControl {
  private final Instance instance;
  private final Journal journal;
  private final LongSupplier clock;

  InstanceControl(Instance instance, Journal journal, LongSupplier clock) {
    this.instance = instance;
    this.journal = journal;
    this.clock = clock;
  }

  /** A back end's message: {@code {seq, data?}}. */
  JsonObject push(String roomName, String user, Payload payload, Turn turn) {
    Room room = room(roomName);
    Room.Outcome outcome = room.push(new Push(Push.PUSH, user, payload, clock.getAsLong()), turn);
    if (outcome.reject() != null) {
      throw refused(outcome.reject());
    }
    JsonObject answer = new JsonObject().put("seq", room.seq());
    if (outcome.response() != null) {
      answer.put("data", Json.decodeValue(outcome.response().toString()));
    }
    return answer;
  }

  /** A reason that the API has no code for goes into the message. */
  private static Refusal refused(Effects.Reject reject) {
    ErrorCode code = ErrorCode.rejecting(reject.reason());
    return new Refusal(
        code,
        code == ErrorCode.REJECTED ? reject.reason() + ": " + reject.message() : reject.message());
  }

  private Room room(String name) {
    Room room = instance.find(name);
    if (room == null) {
      throw new Refusal(
          ErrorCode.UNKNOWN_ROOM, "instance " + instance.spec().id() + " has no room " + name);
    }
    return room;
  }

  JsonObject roomJson(String name) {
    return roomJson(room(name));
  }

  JsonObject putRoom(String name, InstanceSpec changed, Turn turn) {
    try {
      instance.putRoom(name, changed, turn);
    } catch (Exception | Error e) {
      throw new Refusal(ErrorCode.REJECTED, "the logic of room " + name + " cannot begin: " + e);
    }
    return roomJson(room(name));
  }

  Future<Void> deleteRoom(String name, InstanceSpec changed, Turn turn) {
    instance.deleteRoom(room(name).name(), changed, turn);
    return Future.succeededFuture();
  }

  private static JsonObject roomJson(Room room) {
    return new JsonObject()
        .put("name", room.name())
        .put("type", room.settings().type())
        .put("seq", room.seq())
        .put("epoch", room.epoch())
        .put("channels", room.occupants().channels())
        .put("users", room.occupants().users())
        .put("config", InstanceConfig.settingsJson(room.settings()));
  }

  /** See {@link io.mycelium.bus.InstanceDirectory#observe}. Leaves no trace in the room. */
  Buffer observe(String roomName, int limit) {
    Room room = room(roomName);
    byte[] message;
    try {
      message = room.stateMessage();
    } catch (Exception | Error e) {
      throw new Refusal(
          ErrorCode.REJECTED, "the logic of room " + roomName + " cannot show its state: " + e);
    }
    byte[] presence = room.occupants().presence();
    JsonWriter out = new JsonWriter(message.length + 256);
    out.raw(JsonWriter.constant("{\"room\":")).quote(room.name());
    out.raw(JsonWriter.constant(",\"type\":")).quote(room.settings().type());
    out.raw(JsonWriter.constant(",\"seq\":")).number(room.seq());
    out.raw(JsonWriter.constant(",\"epoch\":")).quote(room.epoch());
    out.raw(JsonWriter.constant(",\"channels\":")).number(room.occupants().channels());
    out.raw(JsonWriter.constant(",\"users\":")).number(room.occupants().users());
    out.raw(JsonWriter.constant(",\"stateBytes\":")).number(message.length);
    out.raw(JsonWriter.constant(",\"state\":")).raw(upTo(limit, message));
    out.raw(JsonWriter.constant(",\"presence\":")).raw(upTo(limit, presence)).raw('}');
    return Buffer.buffer(out.toBytes());
  }

  private static byte[] upTo(int limit, byte[] json) {
    return json == null || json.length > limit ? Payload.NULL.bytes() : json;
  }

  /** Entries behind {@code after}, oldest first, as JSON text. */
  Future<Buffer> entries(String roomName, long after, int limit) {
    Room room = room(roomName);
    long seq = room.seq();
    String epoch = room.epoch();
    return journal
        .read(instance.spec().id(), room.name(), after, limit)
        .map(read -> entriesJson(read, seq, epoch));
  }

  private static Buffer entriesJson(Journal.Read read, long seq, String epoch) {
    JsonWriter out = new JsonWriter(256).raw(JsonWriter.constant("{\"entries\":["));
    for (int i = 0; i < read.entries().size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      entryJson(out, read.entries().get(i));
    }
    out.raw(JsonWriter.constant("],\"seq\":")).number(seq);
    out.raw(JsonWriter.constant(",\"epoch\":")).quote(epoch);
    out.raw(JsonWriter.constant(",\"complete\":" + read.complete() + "}"));
    return Buffer.buffer(out.toBytes());
  }

  private static void entryJson(JsonWriter out, Entry entry) {
    out.raw(JsonWriter.constant("{\"seq\":")).number(entry.seq());
    out.raw(JsonWriter.constant(",\"at\":")).number(entry.at());
    out.raw(JsonWriter.constant(",\"event\":")).quote(entry.event());
    out.raw(JsonWriter.constant(",\"user\":"));
    if (entry.user() == null) {
      out.raw(Payload.NULL.bytes());
    } else {
      out.quote(entry.user());
    }
    out.raw(JsonWriter.constant(",\"payload\":")).raw(entry.payload().asJson()).raw('}');
  }

  /** Entries that a gateway missed: behind {@code [after, upTo]} of the command's payload. */
  Future<Outbound.Refill> refill(Turn.Refill refill) {
    Command command = refill.command();
    Room room = instance.find(command.room());
    if (room == null) {
      return Future.succeededFuture(
          new Outbound.Refill(refill.gateway(), command.room(), List.of(), false));
    }
    long after = command.payload().tree().get(0).longValue();
    long upTo = command.payload().tree().get(1).longValue();
    return journal
        .read(instance.spec().id(), room.name(), after, (int) Math.min(upTo - after, 100_000))
        .map(
            read -> {
              boolean complete = read.complete() && read.entries().size() == upTo - after;
              List<Outbound.Delivery> deliveries =
                  complete ? room.deliveriesOf(read.entries()) : List.of();
              return new Outbound.Refill(refill.gateway(), room.name(), deliveries, complete);
            });
  }
}
