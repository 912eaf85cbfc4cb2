package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.InstanceStore;
import io.mycelium.protocol.PrototypeNames;
import io.mycelium.protocol.Topic;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The definition of an instance; a value, replaced when a room is added or removed.
 *
 * @param rooms settings by room name, {@code lobby} first; unmodifiable
 */
public record InstanceSpec(
    String id,
    String name,
    String type,
    InstanceConfig config,
    Map<String, RoomSettings> rooms,
    Instant createdAt) {

  /** The room that every instance has. */
  public static final String LOBBY = Topic.LOBBY;

  private static final String ID = "[A-Za-z0-9_-]{1,64}";
  private static final String ROOM_NAME = "[^\\p{Cc}]{1,128}";
  private static final int MAX_ROOM_BYTES = 255;

  /**
   * Reads {@code {id?, name?, type, config?, rooms?}}.
   *
   * @throws io.mycelium.protocol.Refusal that names the wrong value
   */
  public static InstanceSpec read(JsonObject json) {
    SpecReader in = new SpecReader("", json);
    String id = in.text("id", null, ID, "1 to 64 letters, digits, - or _");
    String type = in.text("type", null, RoomTypes.NAME, "the name of a type");
    if (type == null) {
      throw in.refuse("type", null, "the name of a type, such as accumulative");
    }
    String given = id == null ? UUID.randomUUID().toString() : id;
    String name = in.text("name", given, "[^\\p{Cc}]{1,128}", "1 to 128 characters");
    JsonObject config = in.object("config");
    JsonObject rooms = in.object("rooms");
    in.refuseUnknownKeys();
    InstanceConfig read = InstanceConfig.read(type, config == null ? new JsonObject() : config);
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return new InstanceSpec(given, name, type, read, readRooms(rooms, read), now);
  }

  /** The same, made then. */
  public InstanceSpec madeAt(long epochMillis) {
    return new InstanceSpec(id, name, type, config, rooms, Instant.ofEpochMilli(epochMillis));
  }

  private static Map<String, RoomSettings> readRooms(JsonObject json, InstanceConfig config) {
    if (json == null || json.isEmpty()) {
      return Map.of(LOBBY, config.rooms());
    }
    Map<String, RoomSettings> rooms = new LinkedHashMap<>();
    rooms.put(LOBBY, config.rooms());
    for (String name : json.fieldNames()) {
      JsonObject room = new SpecReader("rooms", json).object(name);
      rooms.put(name, readRoom(name, room, config));
    }
    return Map.copyOf(rooms);
  }

  public static RoomSettings readRoom(String name, JsonObject json, InstanceConfig config) {
    boolean fits =
        name.matches(ROOM_NAME)
            && new Topic(name).bytes() <= MAX_ROOM_BYTES
            && !PrototypeNames.contains(name);
    if (!fits || name.equals("phoenix")) {
      throw new SpecReader("rooms", new JsonObject())
          .refuse(
              name,
              name,
              "a name of 1 to 128 characters (255 bytes), no control characters, not phoenix, and"
                  + " none that every JavaScript object has");
    }
    return config.readRoom(name, json == null ? new JsonObject() : json);
  }

  /** Whether the journal keeps this room's entries. */
  boolean isDurable(String room) {
    RoomSettings settings = rooms.get(room);
    return settings != null && settings.durability() != Durability.NONE;
  }

  /** JSON from which {@link #read} makes the same again, except {@code createdAt}. */
  public JsonObject toJson() {
    JsonObject roomsJson = new JsonObject();
    rooms.forEach((room, settings) -> roomsJson.put(room, InstanceConfig.roomJson(settings)));
    return new JsonObject()
        .put("id", id)
        .put("name", name)
        .put("type", type)
        .put("config", config.toJson())
        .put("rooms", roomsJson);
  }

  /** Reads the JSON that an earlier {@link #toJson} wrote. */
  public static InstanceSpec restored(InstanceStore.Registered registered) {
    return read(new JsonObject(registered.spec())).madeAt(registered.createdAt());
  }

  public InstanceSpec withRooms(Map<String, RoomSettings> changed) {
    return new InstanceSpec(id, name, type, config, Map.copyOf(changed), createdAt);
  }
}
