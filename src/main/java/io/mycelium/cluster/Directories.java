package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Requests of the control plane to a node, which answers for what it has. Any thread. */
final class Directories {
  private final Vertx vertx;

  /** Of requests that wait for an answer the nodes. */
  private final Map<Promise<?>, String> waiting = new ConcurrentHashMap<>();

  /** The node has ended, and has not answered: what was asked of it is done, or is not. */
  static final class NodeGone extends RuntimeException {
    NodeGone(String node) {
      super("node " + node + " has ended and has not answered: it may have done it or not");
    }
  }

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

  /** To another node; fails with {@link NodeGone} if that ends meanwhile. */
  <T> Future<T> at(String node, JsonObject request, DeliveryOptions patience) {
    Promise<T> answer = Promise.promise();
    waiting.put(answer, node);
    this.<T>ask(NodeTopics.directory(node), request, patience)
        .onComplete(
            asked -> {
              waiting.remove(answer);
              if (asked.succeeded()) {
                answer.tryComplete(asked.result());
              } else {
                answer.tryFail(asked.cause());
              }
            });
    return answer.future();
  }

  /** The node has ended: nobody waits for its answers any longer. */
  void gone(String node) {
    waiting.forEach(
        (answer, asked) -> {
          if (asked.equals(node)) {
            answer.tryFail(new NodeGone(node));
          }
        });
  }

  /** Whether nobody was there to take the request: it is as if it had never been sent. */
  static boolean isUnheard(Throwable cause) {
    return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
  }

  private <T> Future<T> ask(String address, JsonObject request, DeliveryOptions options) {
    return vertx.eventBus().<T>request(address, request, options).map(Message::body);
  }
}
