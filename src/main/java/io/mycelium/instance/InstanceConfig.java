package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Retention;
import io.mycelium.protocol.Payload;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.spi.RoomLimits;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.ThreadingModel;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;

/**
 * The settings that the creator of an instance may choose.
 *
 * @param rooms settings that rooms take unless they set their own; the type is the instance's
 * @param durability that rooms take unless they set their own; null for each type's default
 * @param maxConnections simultaneous connections
 * @param maxMessageBytes largest message of a client; 0 means the server's limit
 * @param threading on which threads its logic runs
 * @param pingInterval overrides the server's, in seconds; 0 means the server's
 * @param pingTimeout likewise
 * @param guests what somebody without a token may do: none, read or write
 * @param maxMessagesPerSecond of one connection; 0 means the server's limit, which it may only
 *     lower
 * @param maxBytesPerSecond likewise
 */
public record InstanceConfig(
    RoomSettings rooms,
    Durability durability,
    int maxConnections,
    int maxMessageBytes,
    ThreadingModel threading,
    int pingInterval,
    int pingTimeout,
    String guests,
    int maxMessagesPerSecond,
    int maxBytesPerSecond) {

  private static final int MAX_HISTORY = 10_000;
  private static final int MAX_PATCH_INTERVAL_MS = 60_000;
  private static final int MAX_META_BYTES = 1 << 20;
  private static final int MIN_PRESENCE_BYTES = 1024;
  private static final int MAX_PRESENCE_BYTES = 1 << 30;
  private static final int MIN_STATE_BYTES = 1024;
  private static final int MAX_STATE_BYTES = 1 << 30;
  private static final int MAX_PING_SECONDS = 3600;
  private static final int MAX_PER_SECOND = 1_000_000_000;
  private static final String COLLABORATIVE = "collaborative";
  private static final String NO_GUESTS = "none";
  private static final List<String> ON_OFF = List.of("on", "off");

  static InstanceConfig read(String type, JsonObject json) {
    SpecReader in = new SpecReader("config", json);
    RoomSettings base = new RoomSettings(type, null, 100, true, false, Duration.ZERO, null);
    Durability durability = durability(in, null);
    RoomSettings rooms = readRoomSettings(in, type, base, ofType(durability, type));
    InstanceConfig config =
        new InstanceConfig(
            rooms,
            durability,
            in.number("max_connections", 1_000_000, 1, 10_000_000),
            in.number("max_message_bytes", 0, 1024, 1 << 30),
            threading(in),
            in.number("ping_interval", 0, 1, MAX_PING_SECONDS),
            in.number("ping_timeout", 0, 1, MAX_PING_SECONDS),
            in.oneOf("guests", NO_GUESTS, List.of(NO_GUESTS, "read", "write")),
            in.number("max_messages_per_second", 0, 1, MAX_PER_SECOND),
            in.number("max_bytes_per_second", 0, 1024, MAX_PER_SECOND));
    in.refuseUnknownKeys();
    return config;
  }

  private static ThreadingModel threading(SpecReader in) {
    String name = in.oneOf("threading", "worker", List.of("worker", "event-loop", "virtual"));
    if (name.equals("virtual") && Runtime.version().feature() < 21) {
      throw in.refuse(
          "threading",
          name,
          "worker or event-loop: virtual needs Java 21, this is " + Runtime.version().feature());
    }
    return switch (name) {
      case "worker" -> ThreadingModel.WORKER;
      case "event-loop" -> ThreadingModel.EVENT_LOOP;
      default -> ThreadingModel.VIRTUAL_THREAD;
    };
  }

  private static Durability durability(SpecReader in, Durability absent) {
    String name = in.oneOf("durability", null, Durability.NAMES);
    return name == null ? absent : Durability.of(name);
  }

  /** Positions are worthless once their players are gone; everything else is kept. */
  private static Durability ofType(Durability given, String type) {
    if (given != null) {
      return given;
    }
    return COLLABORATIVE.equals(type) ? Durability.NONE : Durability.SYNC;
  }

  /** A room's settings: its own, else the instance's. */
  RoomSettings readRoom(String name, JsonObject json) {
    SpecReader in = new SpecReader("rooms." + name, json);
    String type = in.text("type", rooms.type(), RoomTypes.NAME, "the name of a type");
    Durability own = durability(in, ofType(durability, type));
    RoomSettings settings = readRoomSettings(in, type, rooms, own);
    in.refuseUnknownKeys();
    return settings;
  }

  private static RoomSettings readRoomSettings(
      SpecReader in, String type, RoomSettings base, Durability durability) {
    JsonObject state = in.object("state");
    JsonObject settings = in.object("settings");
    return new RoomSettings(
        type,
        state == null ? base.state() : Payload.json(state.encode()).tree(),
        in.number("history", base.history(), 0, MAX_HISTORY),
        in.oneOf("presence", base.presence() ? "on" : "off", ON_OFF).equals("on"),
        in.flag("open", base.open()),
        Duration.ofMillis(
            in.number(
                "patch_interval", (int) base.patchInterval().toMillis(), 0, MAX_PATCH_INTERVAL_MS)),
        settings == null ? base.settings() : Payload.json(settings.encode()).tree(),
        durability,
        readRetention(in, base.retention()),
        readLimits(in, base.limits()),
        SlowConsumers.read(in, base.slowConsumer(), type, durability));
  }

  private static Retention readRetention(SpecReader in, Retention base) {
    return new Retention(
        in.number("retention_entries", (int) base.entries(), 0, Integer.MAX_VALUE),
        Duration.ofSeconds(
            in.number("retention_age", (int) base.age().toSeconds(), 0, Integer.MAX_VALUE)));
  }

  private static RoomLimits readLimits(SpecReader in, RoomLimits base) {
    RoomLimits limits =
        new RoomLimits(
            in.number("max_meta_bytes", base.maxMetaBytes(), 0, MAX_META_BYTES),
            in.number(
                "max_presence_bytes",
                base.maxPresenceBytes(),
                MIN_PRESENCE_BYTES,
                MAX_PRESENCE_BYTES),
            in.number("max_state_bytes", base.maxStateBytes(), MIN_STATE_BYTES, MAX_STATE_BYTES));
    return limits.equals(base) ? base : limits;
  }

  public JsonObject toJson() {
    JsonObject json =
        settingsJson(rooms)
            .put("max_connections", maxConnections)
            .put("threading", threadingName());
    json.remove("durability");
    if (durability != null) {
      json.put("durability", durability.json());
    }
    if (maxMessageBytes > 0) {
      json.put("max_message_bytes", maxMessageBytes);
    }
    if (pingInterval > 0) {
      json.put("ping_interval", pingInterval);
    }
    if (pingTimeout > 0) {
      json.put("ping_timeout", pingTimeout);
    }
    if (!guests.equals(NO_GUESTS)) {
      json.put("guests", guests);
    }
    if (maxMessagesPerSecond > 0) {
      json.put("max_messages_per_second", maxMessagesPerSecond);
    }
    if (maxBytesPerSecond > 0) {
      json.put("max_bytes_per_second", maxBytesPerSecond);
    }
    return json;
  }

  private String threadingName() {
    return switch (threading) {
      case EVENT_LOOP -> "event-loop";
      case VIRTUAL_THREAD -> "virtual";
      default -> "worker";
    };
  }

  /** JSON from which {@link #readRoom} reads the same settings again. */
  static JsonObject roomJson(RoomSettings settings) {
    JsonObject json = settingsJson(settings).put("type", settings.type());
    return settings.state() == null
        ? json
        : json.put("state", new JsonObject(settings.state().toString()));
  }

  static JsonObject settingsJson(RoomSettings settings) {
    JsonObject json =
        new JsonObject()
            .put("history", settings.history())
            .put("presence", settings.presence() ? "on" : "off")
            .put("durability", settings.durability().json())
            .put("retention_entries", settings.retention().entries())
            .put("retention_age", settings.retention().age().toSeconds())
            .put("open", settings.open())
            .put("patch_interval", settings.patchInterval().toMillis())
            .put("max_meta_bytes", settings.limits().maxMetaBytes())
            .put("max_presence_bytes", settings.limits().maxPresenceBytes())
            .put("max_state_bytes", settings.limits().maxStateBytes())
            .put("slow_consumer", settings.slowConsumer().json());
    if (settings.settings() != null) {
      json.put("settings", new JsonObject(settings.settings().toString()));
    }
    return json;
  }
}
