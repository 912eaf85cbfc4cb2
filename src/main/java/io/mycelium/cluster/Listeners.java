package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The way from this node's instances to links on other nodes: one message for each node and turn,
 * with what concerns that node. Which nodes listen follows from the commands that came from them.
 * On the cluster's event loop.
 */
final class Listeners {
  /** Bytes of an item on the wire besides its contents, about. */
  private static final int ITEM_BYTES = 64;

  /** The links to one instance on other nodes. */
  private final class Audience {
    final String instance;
    final MessageConsumer<DeliveryBatch> consumer;
    final Map<String, String> nodeByLink = new HashMap<>(4);
    final Map<String, Integer> linksByNode = new HashMap<>(4);

    Audience(String instance) {
      this.instance = instance;
      this.consumer =
          vertx.eventBus().localConsumer(Addresses.deliveries(instance), this::onDeliveries);
    }

    void add(String node, String link) {
      String before = nodeByLink.put(link, node);
      if (!node.equals(before)) {
        linksByNode.merge(node, 1, Integer::sum);
        if (before != null) {
          linksByNode.computeIfPresent(before, (same, links) -> links == 1 ? null : links - 1);
        }
      }
    }

    void remove(String node) {
      if (linksByNode.remove(node) != null) {
        nodeByLink.values().removeIf(node::equals);
      }
    }

    void onDeliveries(Message<DeliveryBatch> message) {
      DeliveryBatch batch = message.body();
      if (batch.items().get(0) instanceof Outbound.Rerouted) {
        return;
      }
      for (String node : linksByNode.keySet()) {
        send(node, linksByNode.size() == 1 ? batch : partOf(batch, node));
      }
    }

    /** Without what is for links of other nodes; each node gets each number. */
    private DeliveryBatch partOf(DeliveryBatch batch, String node) {
      List<Outbound> items = new ArrayList<>(batch.items().size());
      for (Outbound item : batch.items()) {
        String link = Recipients.of(item);
        String of = link == null ? node : nodeByLink.get(link);
        if (of == null || of.equals(node)) {
          items.add(item);
        }
      }
      return new DeliveryBatch(batch.instance(), batch.generation(), batch.number(), items);
    }

    private void send(String node, DeliveryBatch batch) {
      if (batch.items().isEmpty()) {
        return;
      }
      int bytes = 0;
      for (Outbound item : batch.items()) {
        bytes += ITEM_BYTES + Recipients.bytes(item);
      }
      flow.send(
          node,
          NodeTopics.deliveries(node),
          batch,
          bytes,
          NodeTopics.about(instance, peers.ownId()).setCodecName(Codecs.DELIVERIES));
    }
  }

  private final Vertx vertx;
  private final Peers peers;
  private final PeerFlow flow;
  private final Map<String, Audience> audiences = new HashMap<>();

  Listeners(Vertx vertx, Peers peers, PeerFlow flow) {
    this.vertx = vertx;
    this.peers = peers;
    this.flow = flow;
  }

  /** A link of that node gets what the instance has to say, from now on. */
  void add(String instance, String node, String link) {
    audiences.computeIfAbsent(instance, Audience::new).add(node, link);
  }

  /** That node has no link to the instance. */
  void remove(String instance, String node) {
    Audience audience = audiences.get(instance);
    if (audience != null) {
      audience.remove(node);
      endIfEmpty(audience);
    }
  }

  private void endIfEmpty(Audience audience) {
    if (audience.linksByNode.isEmpty() && audiences.remove(audience.instance, audience)) {
      audience.consumer.unregister();
    }
  }

  /** The node is gone, and with it all its links. */
  void removeNode(String node) {
    for (Audience audience : List.copyOf(audiences.values())) {
      audience.remove(node);
      endIfEmpty(audience);
    }
  }

  /** The instance is not on this node any more. */
  void end(String instance) {
    Audience ended = audiences.remove(instance);
    if (ended != null) {
      ended.consumer.unregister();
    }
  }

  /** Nodes with links to an instance of this node. */
  List<String> nodes(String instance) {
    Audience audience = audiences.get(instance);
    return audience == null ? List.of() : List.copyOf(audience.linksByNode.keySet());
  }

  int size() {
    return audiences.size();
  }
}
