package io.mycelium.deployer;

import io.mycelium.instance.Handover;
import io.mycelium.instance.HandoverJson;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Instances that go to another node with their connections, or come from one. Which node owns them
 * is for the caller to say. On the deployer's context.
 */
final class InstanceMoves {
  private final InstanceServices services;
  private final Registry registry;

  InstanceMoves(InstanceServices services, Registry registry) {
    this.services = services;
    this.registry = registry;
  }

  private SupervisedInstance live(String id) {
    SupervisedInstance found = registry.live().get(id);
    if (found == null) {
      throw new Refusal(ErrorCode.INSTANCE_RESTARTING, "instance " + id + " is not on this node");
    }
    return found;
  }

  /**
   * Ends the instance here, unless it has failed: {@code {generation, spec, createdAt, handover?}}.
   * Then either {@link #left} or {@link #stay} follows.
   */
  Future<JsonObject> leave(String id) {
    SupervisedInstance instance = live(id);
    JsonObject known =
        new JsonObject()
            .put("spec", instance.spec().toJson())
            .put("createdAt", instance.spec().createdAt().toEpochMilli());
    if (instance.status() == InstanceStatus.FAILED) {
      return Future.succeededFuture(known.put("generation", instance.generation()));
    }
    return instance
        .leave()
        .map(
            left ->
                known
                    .put("generation", instance.generation())
                    .put("handover", HandoverJson.write(left, instance.generation())));
  }

  /** Another node owns it. */
  Future<JsonObject> left(String id) {
    registry.forget(live(id), InstanceStatus.IDLE.json());
    return Future.succeededFuture(new JsonObject());
  }

  /** No other node took it. */
  Future<JsonObject> stay(String id) {
    SupervisedInstance instance = live(id);
    return instance.status() == InstanceStatus.FAILED
        ? Future.succeededFuture(new JsonObject())
        : registry.started(instance, instance.stay()).map(new JsonObject());
  }

  /**
   * Goes on with an instance that this node owns since the first generation of its new term, {@code
   * first}; the rest is as {@link #leave} gave it.
   */
  Future<JsonObject> take(String id, JsonObject request) {
    JsonObject spec = request.getJsonObject("spec");
    Registered row =
        new Registered(
            id,
            spec.getString("name"),
            spec.getString("type"),
            spec.encode(),
            request.getLong("createdAt"),
            request.getLong("first") - 1,
            false,
            null);
    JsonObject handover = request.getJsonObject("handover");
    return registry.take(row, read -> read(handover, read)).map(InstanceJson::lookup);
  }

  private Handover read(JsonObject handover, InstanceSpec spec) {
    return HandoverJson.read(handover, spec, services.journal());
  }
}
