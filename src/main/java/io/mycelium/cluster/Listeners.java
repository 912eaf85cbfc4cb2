package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way from this node's instances to links on other nodes: one message for each node and turn,
 * with what concerns that node. Which nodes listen follows from the commands that came from them.
 * On the cluster's event loop.
 */
final class Listeners {
  /** The nodes with links to one instance. */
  private final class Audience {
    final String instance;
    final MessageConsumer<DeliveryBatch> consumer;
    final Set<String> nodes = new HashSet<>(4);

    /** Where a link is; what is for a link that is not here goes to all nodes. */
    final Map<String, String> nodeByLink = new HashMap<>(4);

    Audience(String instance) {
      this.instance = instance;
      this.consumer =
          vertx.eventBus().localConsumer(Addresses.deliveries(instance), this::onDeliveries);
    }

    void remove(String node) {
      if (nodes.remove(node)) {
        nodeByLink.values().removeIf(node::equals);
      }
    }

    void onDeliveries(Message<DeliveryBatch> message) {
      if (Routes.isRelayed(message)) {
        return;
      }
      DeliveryBatch batch = message.body();
      for (String node : nodes) {
        send(node, nodes.size() == 1 ? batch : partOf(batch, node));
      }
    }

    /** Without what is for links of other nodes; each node gets each number. */
    private DeliveryBatch partOf(DeliveryBatch batch, String node) {
      List<Outbound> items = new ArrayList<>(batch.items().size());
      for (Outbound item : batch.items()) {
        String link = item.gateway();
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
        bytes += ItemSize.of(item);
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

  /** A link of that node has sent this to the instance: it gets what the instance has to say. */
  void heard(String instance, String node, CommandBatch batch) {
    Audience audience = audience(instance);
    audience.nodes.add(node);
    if (batch.endsLink()) {
      audience.nodeByLink.remove(batch.gateway());
    } else {
      audience.nodeByLink.put(batch.gateway(), node);
    }
  }

  private Audience audience(String instance) {
    return audiences.computeIfAbsent(instance, Audience::new);
  }

  /**
   * The instance comes to this node with its links.
   *
   * @param nodeByLink of other nodes
   */
  void add(String instance, Map<String, String> nodeByLink) {
    if (!nodeByLink.isEmpty()) {
      Audience audience = audience(instance);
      audience.nodes.addAll(nodeByLink.values());
      audience.nodeByLink.putAll(nodeByLink);
    }
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
    if (audience.nodes.isEmpty()) {
      end(audience.instance);
    }
  }

  /** The node is gone, and with it all its links. */
  void removeNode(String node) {
    for (Audience audience : List.copyOf(audiences.values())) {
      audience.remove(node);
      endIfEmpty(audience);
    }
  }

  /**
   * The instance is not on this node any more.
   *
   * @return the nodes of its links on other nodes
   */
  Map<String, String> end(String instance) {
    Audience ended = audiences.remove(instance);
    if (ended == null) {
      return Map.of();
    }
    ended.consumer.unregister();
    return ended.nodeByLink;
  }

  /** Whether another node has a link to the instance. */
  boolean has(String instance) {
    return audiences.containsKey(instance);
  }

  /** The nodes that get messages of some instance. */
  Set<String> nodes() {
    Set<String> all = new HashSet<>();
    audiences.values().forEach(audience -> all.addAll(audience.nodes));
    return all;
  }
}
