package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.InstanceGateway;
import io.mycelium.bus.Outbound;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The way from this node's links to instances on other nodes. Such an instance has a stand-in here,
 * which takes its commands and sends them to the owner; so the links need not know. On the
 * cluster's event loop.
 */
final class Routes {
  /** Bytes of a command on the wire besides its payload, about. */
  private static final int COMMAND_BYTES = 96;

  /** Stand-ins that no link has used at two looks in a row go. */
  private static final long LOOK_MS = 10_000;

  /** Marks what another node's instance says, so that it is not sent to other nodes again. */
  private static final String RELAYED = "relayed";

  private static final DeliveryOptions DELIVERY =
      Addresses.here().setCodecName(Codecs.DELIVERIES).addHeader(RELAYED, "");

  /** An instance on another node. */
  private final class StandIn {
    final String instance;

    /** Null while the instance may be about to start on this node. */
    MessageConsumer<CommandBatch> consumer;

    /** Null while nobody knows. */
    String owner;

    /** Highest of which something came. */
    long generation;

    boolean unused;

    StandIn(String instance) {
      this.instance = instance;
    }

    void lead(String node) {
      owner = node;
      unused = false;
      if (consumer == null) {
        consumer = vertx.eventBus().localConsumer(Addresses.commands(instance), this::onCommands);
      }
    }

    void stop() {
      if (consumer != null) {
        consumer.unregister();
        consumer = null;
      }
    }

    /** What cannot be sent now is lost; links send again. */
    void onCommands(Message<CommandBatch> message) {
      if (owner == null) {
        return;
      }
      CommandBatch batch = message.body();
      int bytes = 0;
      for (Command command : batch.commands()) {
        bytes += COMMAND_BYTES + (command.payload() == null ? 0 : command.payload().length());
      }
      flow.send(
          owner,
          NodeTopics.commands(owner),
          batch,
          bytes,
          NodeTopics.about(instance, peers.ownId()).setCodecName(Codecs.COMMANDS));
    }

    /** Whether it was unused at the last look too. */
    boolean isUnused() {
      boolean before = unused;
      unused = !InstanceGateway.isLinked(vertx, instance);
      return before && unused;
    }
  }

  private final Vertx vertx;
  private final Peers peers;
  private final PeerFlow flow;
  private final Map<String, StandIn> standIns = new HashMap<>();

  Routes(Vertx vertx, Peers peers, PeerFlow flow) {
    this.vertx = vertx;
    this.peers = peers;
    this.flow = flow;
  }

  /** Looks for unused stand-ins from now on. */
  void start() {
    vertx.setPeriodic(LOOK_MS, ignored -> endUnused());
  }

  void endUnused() {
    for (StandIn each : List.copyOf(standIns.values())) {
      if (each.isUnused()) {
        end(each.instance);
        if (each.owner != null) {
          DeliveryOptions about = NodeTopics.about(each.instance, peers.ownId());
          vertx.eventBus().send(NodeTopics.unlinked(each.owner), null, about);
        }
      }
    }
  }

  /** The instance is on that node; on this one it needs no stand-in. */
  void lead(String instance, String owner) {
    if (owner.equals(peers.ownId())) {
      end(instance);
      return;
    }
    standIns.computeIfAbsent(instance, StandIn::new).lead(owner);
  }

  /** The instance is about to start on this node, if this node gets it. */
  void pause(String instance) {
    StandIn paused = standIns.get(instance);
    if (paused != null) {
      paused.stop();
    }
  }

  /** This node takes the instance's commands itself. */
  void end(String instance) {
    StandIn ended = standIns.remove(instance);
    if (ended != null) {
      ended.stop();
    }
  }

  /** Nobody knows where the instance is; what links send meanwhile is lost. */
  boolean lose(String instance, String owner) {
    StandIn lost = standIns.get(instance);
    if (lost == null || !owner.equals(lost.owner)) {
      return false;
    }
    lost.owner = null;
    return true;
  }

  /** The nodes that commands are sent to. */
  Set<String> owners() {
    Set<String> owners = new HashSet<>();
    standIns.values().forEach(each -> owners.add(each.owner));
    owners.remove(null);
    return owners;
  }

  /** The node was not heard for a while, or is new: what it sent meanwhile may be lost. */
  void reachable(String owner) {
    for (StandIn each : List.copyOf(standIns.values())) {
      if (owner.equals(each.owner)) {
        rerouted(each.instance);
      }
    }
  }

  /** This node has another id: the owners learn of it from the links' questions. */
  void renamed() {
    List.copyOf(standIns.keySet()).forEach(this::rerouted);
  }

  /** Instances whose owner was that node; nobody knows where they are now. */
  List<String> loseAll(String owner) {
    List<String> lost = new ArrayList<>();
    for (StandIn each : standIns.values()) {
      if (owner.equals(each.owner)) {
        each.owner = null;
        lost.add(each.instance);
      }
    }
    return lost;
  }

  /**
   * Another node's output for this node's links. The first words of a new generation show the way
   * to it: an instance that moves does not wait until its links have asked for it.
   *
   * @param isHere whether the instance is on this node
   */
  void deliver(DeliveryBatch batch, String sender, boolean isHere) {
    StandIn known = standIns.get(batch.instance());
    if (known == null && !isHere && InstanceGateway.isLinked(vertx, batch.instance())) {
      lead(batch.instance(), sender);
      known = standIns.get(batch.instance());
    }
    if (known != null && batch.generation() > known.generation) {
      known.generation = batch.generation();
      if (known.consumer != null) {
        known.lead(sender);
      }
    }
    publish(batch);
  }

  private void publish(DeliveryBatch batch) {
    vertx.eventBus().publish(Addresses.deliveries(batch.instance()), batch, DELIVERY);
  }

  /** Whether a delivery is another node's. */
  static boolean isRelayed(Message<DeliveryBatch> message) {
    return message.headers().contains(RELAYED);
  }

  /** The links ask the new owner what it knows of them. */
  void rerouted(String instance) {
    publish(
        new DeliveryBatch(instance, 0, DeliveryBatch.UNNUMBERED, List.of(new Outbound.Rerouted())));
  }
}
