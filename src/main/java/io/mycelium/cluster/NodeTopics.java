package io.mycelium.cluster;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;

/**
 * The addresses of one node on the bus between nodes: a few for each node, however many instances
 * it has. The names of instance and sender are headers, so that the codecs of the halves serve
 * between nodes too.
 */
final class NodeTopics {
  private static final String INSTANCE = "instance";
  private static final String NODE = "node";

  private NodeTopics() {}

  /** Command batches for an instance that the node is thought to own. */
  static String commands(String node) {
    return "node." + node + ".commands";
  }

  /** Delivery batches for the links of the node. */
  static String deliveries(String node) {
    return "node." + node + ".deliveries";
  }

  /** Requests of the control plane for an instance that the node is thought to own. */
  static String directory(String node) {
    return "node." + node + ".directory";
  }

  /** Instances of a dead node that the node is to claim. */
  static String adopt(String node) {
    return "node." + node + ".adopt";
  }

  /** The sender does not own the instance. */
  static String moved(String node) {
    return "node." + node + ".moved";
  }

  /** The sender has no link to the instance any more. */
  static String unlinked(String node) {
    return "node." + node + ".unlinked";
  }

  static DeliveryOptions about(String instance, String sender) {
    return new DeliveryOptions().addHeader(INSTANCE, instance).addHeader(NODE, sender);
  }

  static String instance(Message<?> message) {
    return message.headers().get(INSTANCE);
  }

  static String sender(Message<?> message) {
    return message.headers().get(NODE);
  }
}
