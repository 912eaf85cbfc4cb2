package io.mycelium.cluster;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;

/**
 * What has happened to nodes and instances lately, as far as this node has heard: {@code {at, kind,
 * node, instance?, from?, to?, ms?}}. On the cluster's event loop.
 */
final class NodeEvents {
  /** To all nodes. */
  private static final String TOPIC = "cluster.events";

  private static final int KEPT = 100;

  private final Vertx vertx;
  private final ArrayDeque<JsonObject> newest = new ArrayDeque<>();

  NodeEvents(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Hears others from now on. */
  void start() {
    vertx.eventBus().<JsonObject>consumer(TOPIC, message -> keep(message.body()));
  }

  private void keep(JsonObject event) {
    newest.addFirst(event);
    if (newest.size() > KEPT) {
      newest.removeLast();
    }
  }

  /** Newest first. */
  JsonArray newest() {
    JsonArray all = new JsonArray();
    newest.forEach(all::add);
    return all;
  }

  private static JsonObject event(String kind, String node) {
    return new JsonObject()
        .put("at", System.currentTimeMillis())
        .put("kind", kind)
        .put("node", node);
  }

  private void tell(JsonObject event) {
    vertx.eventBus().publish(TOPIC, event);
  }

  /** This node has seen it come; others see it themselves. */
  void joined(String node) {
    keep(event("joined", node));
  }

  /** Its lease was ended, by itself or by another node. */
  void left(String node, boolean planned) {
    keep(event(planned ? "left" : "failover", node));
  }

  void draining(String node, boolean on) {
    tell(event(on ? "draining" : "serving", node));
  }

  /**
   * @param ms for which it took nothing
   */
  void moved(String instance, String from, String to, long ms) {
    tell(
        event("moved", to).put("instance", instance).put("from", from).put("to", to).put("ms", ms));
  }
}
