package io.mycelium.instance;

import io.mycelium.instance.spi.RoomSettings;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Answers the requests of {@link io.mycelium.bus.InstanceDirectory}, on the deployer's context. */
final class DirectoryService {
  private static final int MAX_PAGE = 1000;

  private final DeployerVerticle deployer;

  DirectoryService(DeployerVerticle deployer) {
    this.deployer = deployer;
  }

  /**
   * @throws Refusal as does the future
   */
  Future<?> handle(JsonObject request) {
    String id = request.getString("id");
    String room = request.getString("room");
    String op = request.getString("op");
    return switch (op) {
      case "create" ->
          deployer.create(InstanceSpec.read(request.getJsonObject("spec"))).map(InstanceJson::of);
      case "list" -> Future.succeededFuture(list(request.getJsonObject("filter")));
      case "get" -> Future.succeededFuture(InstanceJson.of(deployer.find(id)));
      case "lookup" -> Future.succeededFuture(InstanceJson.lookup(deployer.find(id)));
      case "delete" -> deployer.delete(id).map(new JsonObject());
      case "restart" -> restart(deployer.find(id));
      case "get_room" ->
          deployer.find(id).call((control, turn) -> Future.succeededFuture(control.roomJson(room)));
      case "put_room" -> putRoom(deployer.find(id), room, request.getJsonObject("settings"));
      case "delete_room" -> deleteRoom(deployer.find(id), room);
      case "entries" -> entries(deployer.find(id), room, request);
      case "push" -> push(deployer.find(id), room, request);
      case "types" -> Future.succeededFuture(deployer.types().toJson());
      case "stats" -> Future.succeededFuture(InstanceJson.stats(deployer.find(id)));
      case "restarts" -> Future.succeededFuture(deployer.find(id).restartLog().toJson());
      case "observe" -> observe(deployer.find(id), room, request.getInteger("limit"));
      default ->
          throw new Refusal(
              ErrorCode.BAD_REQUEST, "op is " + op + ", expected one of the directory's");
    };
  }

  private JsonObject list(JsonObject filter) {
    int limit = Math.min(filter.getInteger("limit", 100), MAX_PAGE);
    String after = filter.getString("after", "");
    JsonArray items = new JsonArray();
    String last = null;
    for (Supervised each : deployer.instances().tailMap(after, false).values()) {
      if (matches(each, filter)) {
        if (items.size() == limit) {
          return new JsonObject().put("items", items).put("next", last);
        }
        items.add(InstanceJson.of(each));
        last = each.spec().id();
      }
    }
    return new JsonObject().put("items", items);
  }

  /** Type and status exactly; the name if it contains the text, letter case aside. */
  private static boolean matches(Supervised each, JsonObject filter) {
    String type = filter.getString("type");
    String status = filter.getString("status");
    String name = filter.getString("name");
    return (type == null || type.equals(each.spec().type()))
        && (status == null || status.equals(each.status().json()))
        && (name == null
            || each.spec().name().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT)));
  }

  private Future<JsonObject> restart(Supervised instance) {
    return instance.restart().map(ignored -> InstanceJson.of(instance));
  }

  /**
   * The same settings again change nothing; other settings for a room that is there are refused.
   */
  private Future<JsonObject> putRoom(Supervised instance, String name, JsonObject json) {
    RoomSettings settings = InstanceSpec.readRoom(name, json, instance.spec().config());
    RoomSettings existing = instance.spec().rooms().get(name);
    if (existing != null && !existing.equals(settings)) {
      throw Refusal.of(
          ErrorCode.ID_TAKEN,
          "rooms." + name,
          json == null ? "{}" : json.encode(),
          "the settings it was made with");
    }
    if (existing != null) {
      return instance
          .<JsonObject>call((control, turn) -> Future.succeededFuture(control.roomJson(name)))
          .map(room -> new JsonObject().put("created", false).put("room", room));
    }
    deployer.types().open(settings);
    Map<String, RoomSettings> rooms = new HashMap<>(instance.spec().rooms());
    rooms.put(name, settings);
    InstanceSpec changed = instance.spec().withRooms(rooms);
    instance.replaceSpec(changed);
    return instance
        .<JsonObject>call(
            (control, turn) -> Future.succeededFuture(control.putRoom(name, changed, turn)))
        .onFailure(cause -> withdraw(instance, name, cause))
        .map(room -> new JsonObject().put("created", true).put("room", room));
  }

  /** A successor would fail to begin that room as well. */
  private static void withdraw(Supervised instance, String name, Throwable cause) {
    if (cause instanceof Refusal refusal && refusal.code() == ErrorCode.REJECTED) {
      Map<String, RoomSettings> rooms = new HashMap<>(instance.spec().rooms());
      rooms.remove(name);
      instance.replaceSpec(instance.spec().withRooms(rooms));
    }
  }

  private Future<JsonObject> deleteRoom(Supervised instance, String name) {
    if (name.equals(InstanceSpec.LOBBY)) {
      throw new Refusal(
          ErrorCode.REJECTED, "room is lobby, expected another: every instance has its lobby");
    }
    if (!instance.spec().rooms().containsKey(name)) {
      throw new Refusal(
          ErrorCode.UNKNOWN_ROOM, "instance " + instance.spec().id() + " has no room " + name);
    }
    Map<String, RoomSettings> rooms = new HashMap<>(instance.spec().rooms());
    rooms.remove(name);
    InstanceSpec changed = instance.spec().withRooms(rooms);
    instance.replaceSpec(changed);
    return instance
        .<Void>call((control, turn) -> control.deleteRoom(name, changed, turn))
        .map(new JsonObject());
  }

  private static Future<?> entries(Supervised instance, String room, JsonObject request) {
    long after = request.getLong("after", 0L);
    int limit = request.getInteger("limit", 100);
    return instance.call((control, turn) -> control.entries(room, after, limit));
  }

  private static Future<?> observe(Supervised instance, String room, int limit) {
    return instance.call((control, turn) -> Future.succeededFuture(control.observe(room, limit)));
  }

  private static Future<?> push(Supervised instance, String room, JsonObject request) {
    Payload payload = Payload.checked(request.getString("payload"));
    String user = request.getString("user");
    instance.stats().received(1, payload.length());
    return instance.<JsonObject>call(
        (control, turn) -> Future.succeededFuture(control.push(room, user, payload, turn)));
  }
}
