package io.mycelium.deployer;

import io.mycelium.instance.InstanceConfig;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.instance.InstanceStats;
import io.mycelium.journal.InstanceStore;
import io.vertx.core.json.JsonObject;
import java.util.TreeMap;

/** Instances as the REST API shows them. */
final class InstanceJson {
  private InstanceJson() {}

  static JsonObject of(SupervisedInstance instance) {
    JsonObject json =
        of(instance.spec(), instance.status(), instance.generation())
            .put("restarts", instance.crashes().restarts())
            .put("connections", instance.stats().connections())
            .put("throttled", instance.stats().isThrottled());
    return instance.crashes().lastError() == null
        ? json
        : json.put("lastError", instance.crashes().lastError());
  }

  /** An instance that is not in memory. */
  static JsonObject of(InstanceStore.Registered row) {
    JsonObject json =
        of(InstanceSpec.restored(row), status(row), row.generation())
            .put("restarts", 0)
            .put("connections", 0)
            .put("throttled", false);
    return row.lastError() == null ? json : json.put("lastError", row.lastError());
  }

  private static InstanceStatus status(InstanceStore.Registered row) {
    return row.failed() ? InstanceStatus.FAILED : InstanceStatus.IDLE;
  }

  private static JsonObject of(InstanceSpec spec, InstanceStatus status, long generation) {
    JsonObject rooms = new JsonObject();
    new TreeMap<>(spec.rooms())
        .forEach((name, room) -> rooms.put(name, new JsonObject().put("type", room.type())));
    return new JsonObject()
        .put("id", spec.id())
        .put("name", spec.name())
        .put("type", spec.type())
        .put("status", status.json())
        .put("socket", "/socket/" + spec.id())
        .put("config", spec.config().toJson())
        .put("rooms", rooms)
        .put("createdAt", spec.createdAt().toString())
        .put("generation", generation);
  }

  /** The fields that a web verticle needs to admit a connection. */
  static JsonObject lookup(SupervisedInstance instance) {
    InstanceConfig config = instance.spec().config();
    JsonObject socket =
        new JsonObject()
            .put("max_message_bytes", config.maxMessageBytes())
            .put("ping_interval", config.pingInterval())
            .put("ping_timeout", config.pingTimeout())
            .put("max_messages_per_second", config.maxMessagesPerSecond())
            .put("max_bytes_per_second", config.maxBytesPerSecond());
    return new JsonObject()
        .put("id", instance.spec().id())
        .put("status", instance.status().json())
        .put("socket", socket);
  }

  static JsonObject stats(InstanceStore.Registered row) {
    return new InstanceStats()
        .toJson(System.currentTimeMillis())
        .put("restarts", 0)
        .put("lastError", row.lastError());
  }

  static JsonObject stats(SupervisedInstance instance) {
    return instance
        .stats()
        .toJson(System.currentTimeMillis())
        .put("restarts", instance.crashes().restarts())
        .put("lastError", instance.crashes().lastError());
  }
}
