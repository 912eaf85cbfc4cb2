package io.mycelium.cluster;

import io.mycelium.bus.Codecs;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * Sends a message about no instance to each address of a node that joined. The bus asks the engine
 * who listens before the first message to an address, and keeps the answer; a first message during
 * a failover would wait for seconds, since the engine moves what the dead node kept just then. On
 * the cluster's event loop.
 */
final class Greeting {
  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(2000);
  private static final long RETRY_MS = 500;
  private static final String NOTHING = "";

  private final Vertx vertx;
  private final Membership membership;

  Greeting(Vertx vertx, Membership membership) {
    this.vertx = vertx;
    this.membership = membership;
  }

  /** A node is known before it listens, so it is asked until it answers or is gone. */
  void joined(String node) {
    vertx
        .eventBus()
        .request(NodeTopics.adopt(node), new JsonObject().put("ids", new JsonArray()), PATIENCE)
        .onSuccess(answer -> greet(node))
        .onFailure(
            cause -> {
              if (membership.isThere(node)) {
                vertx.setTimer(RETRY_MS, timer -> joined(node));
              }
            });
  }

  private void greet(String node) {
    DeliveryOptions about = NodeTopics.about(NOTHING, membership.ownId());
    send(
        NodeTopics.commands(node),
        new CommandBatch(NOTHING, 0, 0, 0, List.of()),
        new DeliveryOptions(about).setCodecName(Codecs.COMMANDS));
    send(
        NodeTopics.deliveries(node),
        new DeliveryBatch(
            NOTHING, 0, DeliveryBatch.UNNUMBERED, List.of(new Outbound.Running(Map.of()))),
        new DeliveryOptions(about).setCodecName(Codecs.DELIVERIES));
    send(NodeTopics.moved(node), null, about);
    send(NodeTopics.unlinked(node), null, about);
    send(NodeTopics.directory(node), new JsonObject().put("op", "types"), new DeliveryOptions());
  }

  private void send(String address, Object body, DeliveryOptions options) {
    vertx.eventBus().send(address, body, options);
  }
}
