package io.mycelium.deployer;

import io.mycelium.bus.InstanceQuota;
import io.mycelium.instance.Exports;
import io.mycelium.instance.InstanceControl;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Turn;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Answers the requests of {@link io.mycelium.bus.InstanceDirectory}, on the deployer's context. */
final class DirectoryService {
  private final InstanceServices services;
  private final Registry registry;
  private final InstanceList list;
  private final RunningImports imports;
  private final InstanceMoves moves;

  DirectoryService(InstanceServices services, Registry registry) {
    this.services = services;
    this.registry = registry;
    this.list = new InstanceList(services, registry);
    this.imports = new RunningImports(registry);
    this.moves = new InstanceMoves(services, registry);
  }

  /**
   * @throws Refusal like the future
   */
  Future<?> handle(JsonObject request) {
    String id = request.getString("id");
    String room = request.getString("room");
    String op = request.getString("op");
    return switch (op) {
      case "create" -> registry.create(spec(request), quota(request)).map(InstanceJson::of);
      case "list" -> list.page(request.getJsonObject("filter"));
      case "get" -> list.get(id);
      case "lookup" -> registry.touch(id).map(InstanceJson::lookup);
      case "delete" -> registry.delete(id).map(new JsonObject());
      case "restart" -> registry.touch(id).compose(DirectoryService::restart);
      case "get_room" -> call(id, (control, turn) -> control.roomJson(room));
      case "put_room" ->
          registry
              .touch(id)
              .compose(found -> putRoom(found, room, request.getJsonObject("settings")));
      case "delete_room" -> registry.touch(id).compose(found -> deleteRoom(found, room));
      case "entries" -> registry.touch(id).compose(found -> entries(found, room, request));
      case "state" -> registry.touch(id).compose(found -> state(found, room, request));
      case "push" -> registry.touch(id).compose(found -> push(found, room, request));
      case "export" -> call(id, (control, turn) -> control.export());
      case "export_room" ->
          registry
              .touch(id)
              .compose(found -> found.call((control, turn) -> control.exportRoom(room)));
      case "export_page" -> exportPage(id, room, request);
      case "import" ->
          imports
              .add(request.getString("upload"), id, request.getString("text"), quota(request))
              .map(new JsonObject());
      case "import_end" ->
          imports.finish(request.getString("upload"), id).compose(ignored -> list.get(id));
      case "import_abandon" -> imports.abandon(request.getString("upload")).map(new JsonObject());
      case "leave" -> moves.leave(id);
      case "left" -> moves.left(id);
      case "stay" -> moves.stay(id);
      case "take" -> moves.take(id, request);
      case "nodes" -> Future.succeededFuture(LoneNode.nodes());
      case "drain_node" -> Future.failedFuture(LoneNode.unknownNode(id));
      case "move" -> list.get(id).compose(found -> Future.failedFuture(LoneNode.nowhereToMove(id)));
      case "adopt" -> registry.adoption().ofWanted(strings(request)).map(DirectoryService::ids);
      case "adopt_ticking" ->
          registry
              .adoption()
              .ofTicking(
                  request.getString("node"),
                  request.getString("after"),
                  request.getInteger("limit"))
              .map(DirectoryService::ids);
      case "disown" -> disown();
      case "types" -> Future.succeededFuture(services.types().toJson());
      case "stats" -> list.stats(id);
      case "restarts" -> list.restarts(id);
      case "observe" ->
          registry.touch(id).compose(found -> observe(found, room, request.getInteger("limit")));
      default ->
          throw new Refusal(
              ErrorCode.BAD_REQUEST, "op is " + op + ", expected one of the directory's");
    };
  }

  private Future<JsonObject> disown() {
    registry.disown(List.copyOf(registry.live().keySet()));
    return Future.succeededFuture(new JsonObject());
  }

  private static List<String> strings(JsonObject request) {
    return request.getJsonArray("ids").stream().map(String.class::cast).toList();
  }

  private static JsonObject ids(List<String> ids) {
    return new JsonObject().put("ids", new JsonArray(ids));
  }

  /** In a cluster with the time at which it was asked for. */
  private static InstanceSpec spec(JsonObject request) {
    InstanceSpec spec = InstanceSpec.read(request.getJsonObject("spec"));
    Long createdAt = request.getLong("createdAt");
    return createdAt == null ? spec : spec.madeAt(createdAt);
  }

  private static InstanceQuota quota(JsonObject request) {
    return InstanceQuota.of(request.getJsonObject("quota"));
  }

  private Future<JsonObject> call(
      String id, BiFunction<InstanceControl, Turn, JsonObject> request) {
    return registry
        .touch(id)
        .compose(
            instance ->
                instance.call(
                    (control, turn) -> Future.succeededFuture(request.apply(control, turn))));
  }

  private static Future<JsonObject> restart(SupervisedInstance instance) {
    return instance.restart().map(ignored -> InstanceJson.of(instance));
  }

  /** The same settings again change nothing; other settings for an existing room are refused. */
  private Future<JsonObject> putRoom(SupervisedInstance instance, String name, JsonObject json) {
    RoomSettings settings = InstanceSpec.readRoom(name, json, instance.spec().config());
    if (instance.spec().rooms().containsKey(name)) {
      return sameRoom(instance, name, settings, json);
    }
    services.types().check(settings);
    // On the instance's thread: a plug-in that blocks in open blocks no other instance.
    return instance
        .<Void>call(
            (control, turn) -> {
              services.types().open(settings);
              return Future.succeededFuture();
            })
        .compose(
            valid ->
                instance.spec().rooms().containsKey(name)
                    ? sameRoom(instance, name, settings, json)
                    : newRoom(instance, name, settings));
  }

  private static Future<JsonObject> sameRoom(
      SupervisedInstance instance, String name, RoomSettings settings, JsonObject json) {
    if (!instance.spec().rooms().get(name).equals(settings)) {
      throw Refusal.of(
          ErrorCode.ID_TAKEN,
          "rooms." + name,
          json == null ? "{}" : json.encode(),
          "the settings it was made with");
    }
    return instance
        .<JsonObject>call((control, turn) -> Future.succeededFuture(control.roomJson(name)))
        .map(room -> new JsonObject().put("created", false).put("room", room));
  }

  private Future<JsonObject> newRoom(
      SupervisedInstance instance, String name, RoomSettings settings) {
    Registry.checkRooms(instance.spec().rooms().size() + 1, services.config().maxRooms());
    Map<String, RoomSettings> rooms = new HashMap<>(instance.spec().rooms());
    rooms.put(name, settings);
    InstanceSpec changed = instance.spec().withRooms(rooms);
    return instance
        .replaceSpec(changed)
        .compose(
            stored ->
                instance.<JsonObject>call(
                    (control, turn) ->
                        Future.succeededFuture(control.putRoom(name, changed, turn))))
        .onFailure(cause -> withdraw(instance, name, cause))
        .map(room -> new JsonObject().put("created", true).put("room", room));
  }

  /** A successor would fail to start this room as well. */
  private static void withdraw(SupervisedInstance instance, String name, Throwable cause) {
    if (cause instanceof Refusal refusal && refusal.code() == ErrorCode.REJECTED) {
      Map<String, RoomSettings> rooms = new HashMap<>(instance.spec().rooms());
      rooms.remove(name);
      instance.replaceSpec(instance.spec().withRooms(rooms));
    }
  }

  private Future<JsonObject> deleteRoom(SupervisedInstance instance, String name) {
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
    return instance
        .replaceSpec(changed)
        .compose(
            stored ->
                instance.<Void>call((control, turn) -> control.deleteRoom(name, changed, turn)))
        .map(new JsonObject());
  }

  private static Future<?> entries(SupervisedInstance instance, String room, JsonObject request) {
    long after = request.getLong("after", 0L);
    int limit = request.getInteger("limit", 100);
    return instance.call((control, turn) -> control.entries(room, after, limit));
  }

  private Future<JsonObject> exportPage(String id, String room, JsonObject request) {
    return new Exports(services)
        .page(
            id,
            room,
            request.getLong("after"),
            request.getLong("upTo"),
            request.getInteger("limit"));
  }

  private static Future<?> state(SupervisedInstance instance, String room, JsonObject request) {
    long seq = request.getLong("seq", -1L);
    return instance.call((control, turn) -> control.state(room, seq));
  }

  private static Future<?> observe(SupervisedInstance instance, String room, int limit) {
    return instance.call((control, turn) -> Future.succeededFuture(control.observe(room, limit)));
  }

  private static Future<?> push(SupervisedInstance instance, String room, JsonObject request) {
    Payload payload = Payload.checked(request.getString("payload"));
    String user = request.getString("user");
    String key = request.getString("key");
    instance.stats().received(1, payload.length());
    return instance.<JsonObject>call(
        (control, turn) -> Future.succeededFuture(control.push(room, user, payload, key, turn)));
  }
}
