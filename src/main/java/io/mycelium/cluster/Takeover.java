package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.InstanceGateway;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the new owners of instances that this node has links to, after the old one is gone: asks
 * for each as an upgrade would, so that some node claims it, and leads the links there; again and
 * again while there are links. A few at a time. On the cluster's event loop.
 */
final class Takeover {
  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
  private static final int AT_ONCE = 64;
  private static final long RETRY_MS = 250;

  private final Vertx vertx;
  private final Routes routes;
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();
  private int running;

  Takeover(Vertx vertx, Routes routes) {
    this.vertx = vertx;
    this.routes = routes;
  }

  /** Nobody knows where that instance is; its stand-in has no owner. */
  void find(String instance) {
    if (known.add(instance)) {
      waiting.add(instance);
      next();
    }
  }

  private void next() {
    while (running < AT_ONCE && !waiting.isEmpty()) {
      running++;
      String instance = waiting.remove();
      // If this node is to have it, the commands are its own from the start.
      ask(instance)
          .onComplete(
              done -> {
                running--;
                known.remove(instance);
                if (done.succeeded()) {
                  routes.rerouted(instance);
                } else if (InstanceGateway.isLinked(vertx, instance) && !isUnknown(done.cause())) {
                  LOG.debug("cluster: instance {} has no owner yet", instance, done.cause());
                  vertx.setTimer(RETRY_MS, ignored -> find(instance));
                }
                next();
              });
    }
  }

  private static boolean isUnknown(Throwable cause) {
    return cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
        && reply.failureCode() == ErrorCode.UNKNOWN_INSTANCE.ordinal();
  }

  private Future<Object> ask(String instance) {
    JsonObject lookup = new JsonObject().put("op", "lookup").put("id", instance);
    return vertx
        .eventBus()
        .request(Addresses.INSTANCES, lookup, Addresses.here())
        .map(answer -> answer.body());
  }
}
