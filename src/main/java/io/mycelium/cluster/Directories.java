package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;

/** Requests of the control plane to a node, which answers for what it has. Any thread. */
final class Directories {
  private final Vertx vertx;

  Directories(Vertx vertx) {
    this.vertx = vertx;
  }

  /** To this node's deployer. */
  <T> Future<T> here(JsonObject request) {
    return ask(Addresses.INSTANCES_HERE, request, Addresses.here());
  }

  /** The same about one instance. */
  <T> Future<T> here(String op, String instance) {
    return here(new JsonObject().put("op", op).put("id", instance));
  }

  /** To another node. */
  <T> Future<T> at(String node, JsonObject request, DeliveryOptions patience) {
    return ask(NodeTopics.directory(node), request, patience);
  }

  /** Whether nobody was there to take the request: it is as if it had never been sent. */
  static boolean isUnheard(Throwable cause) {
    return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  private <T> Future<T> ask(String address, JsonObject request, DeliveryOptions options) {
    return vertx.eventBus().<T>request(address, request, options).map(Message::body);
  }
}
