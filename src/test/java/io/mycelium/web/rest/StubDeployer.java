package io.mycelium.web.rest;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/** Answers the directory's requests from a map, or with the failure that a test chooses. */
final class StubDeployer {
  /** No revocations. */
  private static final JsonObject NONE = new JsonObject().put("items", new JsonArray());

  private final Map<String, JsonObject> instances = new ConcurrentSkipListMap<>();
  private final Map<String, List<String>> entries = new LinkedHashMap<>();
  private volatile Throwable failure;
  private volatile JsonObject lastRequest;

  StubDeployer(Vertx vertx) {
    vertx.eventBus().<JsonObject>consumer(Addresses.INSTANCES, this::handle);
    vertx.eventBus().<JsonObject>consumer(Addresses.REVOCATIONS, this::handle);
  }

  /** Every later request fails like this. */
  void failWith(Throwable failure) {
    this.failure = failure;
  }

  /** One instance with the id chat is all there is. */
  void reset() {
    instances.clear();
    create(new JsonObject().put("id", "chat").put("type", "accumulative"));
  }

  JsonObject lastRequest() {
    return lastRequest;
  }

  private void handle(Message<JsonObject> message) {
    lastRequest = message.body();
    if (failure != null) {
      InstanceDirectory.refuse(message, failure);
      return;
    }
    try {
      message.reply(answer(message.body()));
    } catch (RuntimeException e) {
      InstanceDirectory.refuse(message, e);
    }
  }

  private Object answer(JsonObject request) {
    String id = request.getString("id");
    String room = request.getString("room");
    return switch (request.getString("op")) {
      case "create" -> create(request.getJsonObject("spec"));
      case "list" -> request.containsKey("filter") ? list(request.getJsonObject("filter")) : NONE;
      case "add" -> new JsonObject();
      case "get", "restart" -> instance(id);
      case "delete" -> instances.remove(instance(id).getString("id"));
      case "get_room" -> room(id, room);
      case "put_room" -> putRoom(id, room, request.getJsonObject("settings"));
      case "delete_room" -> rooms(id).remove(room(id, room).getString("name"));
      case "entries" -> entries(id, room, request.getLong("after"), request.getInteger("limit"));
      case "state" -> state(id, room);
      case "push" -> push(id, room, request.getString("user"), request.getString("payload"));
      case "nodes" -> StubNodes.all();
      case "drain_node" -> StubNodes.node(request.getBoolean("on"));
      case "move" -> StubNodes.moved(instance(id).getString("id"));
      case "types" ->
          new JsonObject()
              .put("types", new JsonArray().add(new JsonObject().put("name", "accumulative")));
      case "stats" -> stats(id);
      case "restarts" -> restarts(id);
      case "export" ->
          part("{\"id\":\"" + instance(id).getString("id") + "\"}\n")
              .put("rooms", List.of("lobby"));
      case "export_room" -> part("{\"room\":\"lobby\"}\n").put("after", 0).put("upTo", 2);
      case "export_page" -> part("{\"entry\":\"lobby\"}\n".repeat(2)).put("count", 2);
      case "import", "import_abandon" -> new JsonObject();
      case "import_end" -> instance(id);
      default -> throw new IllegalArgumentException(request.encode());
    };
  }

  private static JsonObject part(String text) {
    return new JsonObject().put("text", text);
  }

  private JsonObject create(JsonObject spec) {
    String id = spec.getString("id", UUID.randomUUID().toString());
    if (instances.containsKey(id)) {
      throw Refusal.of(ErrorCode.ID_TAKEN, "id", id, "an id that no instance has");
    }
    JsonObject rooms = new JsonObject().put("lobby", newRoom("lobby", spec.getString("type")));
    spec.getJsonObject("rooms", new JsonObject())
        .forEach(room -> rooms.put(room.getKey(), newRoom(room.getKey(), spec.getString("type"))));
    JsonObject instance =
        new JsonObject()
            .put("id", id)
            .put("name", spec.getString("name"))
            .put("type", spec.getString("type"))
            .put("status", "running")
            .put("socket", "/socket/" + id)
            .put("config", spec.getJsonObject("config", new JsonObject()))
            .put("rooms", rooms)
            .put("createdAt", "2026-11-24T08:15:30Z")
            .put("generation", 1)
            .put("restarts", 0)
            .put("connections", 0);
    instances.put(id, instance);
    return instance;
  }

  private JsonObject list(JsonObject filter) {
    int limit = filter.getInteger("limit");
    JsonArray items = new JsonArray();
    String next = null;
    for (JsonObject instance : instances.values()) {
      if (matches(instance, filter)) {
        if (items.size() == limit) {
          next = items.getJsonObject(limit - 1).getString("id");
          break;
        }
        items.add(instance);
      }
    }
    JsonObject page = new JsonObject().put("items", items);
    return next == null ? page : page.put("next", next);
  }

  private static boolean matches(JsonObject instance, JsonObject filter) {
    return instance.getString("id").compareTo(filter.getString("after", "")) > 0
        && filter
            .getJsonArray("ids", JsonArray.of(instance.getString("id")))
            .contains(instance.getString("id"))
        && List.of("type", "status", "name").stream()
            .allMatch(
                key ->
                    !filter.containsKey(key)
                        || filter.getString(key).equals(instance.getString(key)));
  }

  private JsonObject instance(String id) {
    if (!instances.containsKey(id)) {
      throw Refusal.of(ErrorCode.UNKNOWN_INSTANCE, "id", id, "the id of an instance");
    }
    return instances.get(id);
  }

  private JsonObject rooms(String id) {
    return instance(id).getJsonObject("rooms");
  }

  private JsonObject room(String id, String room) {
    if (!rooms(id).containsKey(room)) {
      throw Refusal.of(ErrorCode.UNKNOWN_ROOM, "room", room, "one of " + rooms(id).fieldNames());
    }
    return rooms(id).getJsonObject(room);
  }

  private JsonObject putRoom(String id, String room, JsonObject settings) {
    boolean created = !rooms(id).containsKey(room);
    if (created) {
      rooms(id).put(room, newRoom(room, settings.getString("type", "accumulative")));
    }
    return new JsonObject().put("created", created).put("room", room(id, room));
  }

  private static JsonObject newRoom(String name, String type) {
    return new JsonObject()
        .put("name", name)
        .put("type", type)
        .put("seq", 0)
        .put("epoch", "e1")
        .put("channels", 0);
  }

  private JsonObject push(String id, String room, String user, String payload) {
    room(id, room);
    List<String> kept = entries.computeIfAbsent(id + "/" + room, key -> new ArrayList<>());
    int seq = kept.size() + 1;
    String by = Json.encode(user);
    kept.add("{\"seq\":" + seq + ",\"user\":" + by + ",\"payload\":" + payload + "}");
    return new JsonObject().put("seq", seq);
  }

  private Buffer entries(String id, String room, long after, int limit) {
    room(id, room);
    List<String> kept = entries.getOrDefault(id + "/" + room, List.of());
    String page = String.join(",", kept.stream().skip(after).limit(limit).toList());
    return Buffer.buffer(
        "{\"entries\":["
            + page
            + "],\"seq\":"
            + kept.size()
            + ",\"epoch\":\"e1\",\"complete\":true}");
  }

  private Buffer state(String id, String room) {
    room(id, room);
    return Buffer.buffer(
        "{\"data\":{\"type\":\"accumulative\",\"state\":{}},\"seq\":0,\"epoch\":\"e1\"}");
  }

  private JsonObject restarts(String id) {
    instance(id);
    JsonObject restart =
        new JsonObject()
            .put("at", "2026-11-24T08:15:30Z")
            .put("generation", 1)
            .put("outcome", "restarted")
            .put("error", "java.lang.IllegalStateException: told to")
            .putNull("where");
    return new JsonObject().put("items", new JsonArray().add(restart));
  }

  private JsonObject stats(String id) {
    instance(id);
    JsonObject stats =
        new JsonObject().put("handlerTime", new JsonObject().put("p50", 4.5).put("p99", 20));
    for (String key :
        List.of(
            "mailboxDepth",
            "messagesIn",
            "messagesOut",
            "bytesIn",
            "bytesOut",
            "connections",
            "channels",
            "restarts")) {
      stats.put(key, 0);
    }
    return stats.putNull("lastError");
  }
}
