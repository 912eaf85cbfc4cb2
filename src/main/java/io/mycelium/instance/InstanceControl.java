package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The deployer's requests to one instance, on the instance's thread: rooms, entries, a back end's
 * messages.
 */
public final class InstanceControl {
  private final Instance instance;
  private final InstanceServices services;
  private final Admission admission;
  private final Commits commits;

  InstanceControl(
      Instance instance, InstanceServices services, Admission admission, Commits commits) {
    this.instance = instance;
    this.services = services;
    this.admission = admission;
    this.commits = commits;
  }

  /**
   * A back end's message: {@code {seq, data?}}, or {@code {seq, duplicate: true}}.
   *
   * @param key that identifies a repeat; null for an ordinary message
   */
  public JsonObject push(String roomName, String user, Payload payload, String key, Turn turn) {
    Room room = room(roomName);
    long before = key == null ? 0 : room.pushedBefore(key);
    if (before > 0) {
      return new JsonObject().put("seq", before).put("duplicate", true);
    }
    admission.check(room);
    Push push = new Push(Push.PUSH, user, payload, services.clock().getAsLong());
    turn.timed();
    Room.Outcome outcome = room.push(push, key, turn);
    if (outcome.reject() != null) {
      throw refused(outcome.reject());
    }
    JsonObject answer = new JsonObject().put("seq", room.seq());
    if (outcome.response() != null) {
      answer.put("data", Json.decodeValue(outcome.response().toString()));
    }
    return answer;
  }

  /** A reason without a code in the API goes into the message. */
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

  public JsonObject roomJson(String name) {
    return roomJson(room(name));
  }

  public JsonObject putRoom(String name, InstanceSpec changed, Turn turn) {
    try {
      instance.putRoom(name, changed, turn);
    } catch (Exception | Error e) {
      throw new Refusal(ErrorCode.REJECTED, "the logic of room " + name + " cannot begin: " + e);
    }
    return roomJson(room(name));
  }

  public Future<Void> deleteRoom(String name, InstanceSpec changed, Turn turn) {
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
  public Buffer observe(String roomName, int limit) {
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

  /** Entries after {@code after}, oldest first: {@code {entries, seq, epoch, complete}}. */
  public Future<Buffer> entries(String roomName, long after, int limit) {
    Room room = room(roomName);
    long seq = room.seq();
    String epoch = room.epoch();
    if (room.remembers(after) || room.settings().durability() == Durability.NONE) {
      List<Entry> found = room.recent() == null ? List.of() : room.recent().after(after, limit);
      return Future.succeededFuture(
          entriesJson(new Journal.Read(found, room.remembers(after)), seq, epoch));
    }
    Journal journal = services.store().journal();
    return commits
        .flushForRead()
        .compose(written -> journal.read(instance.spec().id(), room.name(), after, limit))
        .map(read -> entriesJson(read, seq, epoch));
  }

  private static Buffer entriesJson(Journal.Read read, long seq, String epoch) {
    JsonWriter out = new JsonWriter(256).raw(JsonWriter.constant("{\"entries\":["));
    EntryList.write(out, read.entries());
    out.raw(JsonWriter.constant("],\"seq\":")).number(seq);
    out.raw(JsonWriter.constant(",\"epoch\":")).quote(epoch);
    out.raw(JsonWriter.constant(",\"complete\":" + read.complete() + "}"));
    return Buffer.buffer(out.toBytes());
  }

  /** See {@link io.mycelium.bus.InstanceDirectory#export}. */
  public JsonObject export() {
    return Exports.head(instance.spec());
  }

  /** Likewise. */
  public Future<JsonObject> exportRoom(String name) {
    return new Exports(services).room(instance.spec().id(), commits, room(name));
  }

  /**
   * The room's state right after an entry: {@code {data: {type, state}, seq, epoch}}.
   *
   * @param seq of the entry; -1 for now
   */
  public Future<Buffer> state(String roomName, long seq) {
    Room room = room(roomName);
    if (seq < 0 || seq == room.seq()) {
      return Future.succeededFuture(Buffer.buffer(room.stateMessage()));
    }
    if (seq > room.seq()) {
      throw Refusal.of(ErrorCode.NOT_FOUND, "seq", seq, "at most " + room.seq() + ", the latest");
    }
    return new PastState(services, commits, instance.spec().id(), room).at(seq);
  }
}
