package io.mycelium.cluster;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the cluster as the bus sees it: a hint, for the store's leases alone say who owns what.
 * A node is known once its bus is up and has said which id it has. What the engine tells is only
 * the cause to look; this looks five times a second too: after a partition the engine may tell
 * nothing, and of a node that died it tells only when it has moved what it kept there. Reads: any
 * thread; listeners are called on one event loop.
 */
public final class Membership implements Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final String NODE_ID = "node";
  private static final String RENAMED = "cluster.renamed";
  private static final long LOOK_MS = 200;

  /** Until a node that has just joined has said who it is. */
  private static final long UNKNOWN_MS = 50;

  /** What happens to the other nodes; on one event loop. */
  public interface Listener {
    /** A node is there, or has taken another id. */
    default void joined(String nodeId) {}

    /** A node is not heard of any more, or has given this id up. */
    default void left(String nodeId) {}
  }

  private final Vertx vertx;
  private final Context context;
  private final Engine engine;
  private final Registrations registrations;

  /** By Vert.x's id, which a process has until it ends. */
  private final Map<String, String> nodes = new ConcurrentHashMap<>();

  private final Set<String> asked = new HashSet<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Consumer<String> refused;
  private volatile String ownId;
  private boolean told;

  /**
   * @param refused is told, once, why this node does not belong to the cluster that it is in
   */
  Membership(
      Vertx vertx,
      Engine engine,
      Registrations registrations,
      String nodeId,
      Consumer<String> refused) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.engine = engine;
    this.registrations = registrations;
    this.ownId = nodeId;
    this.refused = refused;
  }

  static JsonObject metadata(String nodeId) {
    return new JsonObject().put(NODE_ID, nodeId);
  }

  /** Looks from now on; done once every node that was there is known. */
  Future<Void> start() {
    registrations.nodeListener(
        new NodeListener() {
          @Override
          public void nodeAdded(String id) {
            soon();
          }

          @Override
          public void nodeLeft(String id) {
            soon();
          }
        });
    Promise<Void> known = Promise.promise();
    context.runOnContext(
        go -> {
          vertx.setPeriodic(LOOK_MS, timer -> look());
          vertx.eventBus().<String>consumer(RENAMED, message -> learn(message.body()));
          look().onComplete(known);
        });
    return known.future();
  }

  /** Why this node does not belong to the cluster that it has joined; null if it does. */
  String refusal() {
    List<Engine.Peer> peers = engine.peers();
    if (peers.isEmpty() || peers.get(0).isSelf()) {
      return null;
    }
    Engine.Peer oldest = peers.get(0);
    return peers.stream()
        .filter(Engine.Peer::isSelf)
        .findFirst()
        .map(self -> self.identity().refusal(oldest.identity(), oldest.where()))
        .orElse(null);
  }

  @Override
  public String ownId() {
    return ownId;
  }

  @Override
  public Set<String> others() {
    return new TreeSet<>(nodes.values());
  }

  /** Whether a node with that id is there; this one is. */
  public boolean isThere(String nodeId) {
    return nodeId.equals(ownId) || nodes.containsValue(nodeId);
  }

  @Override
  public String vertxId(String nodeId) {
    for (Map.Entry<String, String> node : nodes.entrySet()) {
      if (node.getValue().equals(nodeId)) {
        return node.getKey();
      }
    }
    return null;
  }

  @Override
  public Set<String> vertxIds() {
    return Set.copyOf(nodes.keySet());
  }

  /** Ids of the other nodes by Vert.x's ids. */
  Map<String, String> byVertxId() {
    return Map.copyOf(nodes);
  }

  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Takes another id, as a node does that was declared dead; the others learn of it. */
  public Future<Void> rename(String nodeId) {
    ownId = nodeId;
    NodeInfo before = registrations.getNodeInfo();
    Promise<Void> done = Promise.promise();
    registrations.setNodeInfo(new NodeInfo(before.host(), before.port(), metadata(nodeId)), done);
    return done.future()
        .onSuccess(set -> vertx.eventBus().publish(RENAMED, registrations.getNodeId()));
  }

  private void soon() {
    context.runOnContext(go -> look());
  }

  /** Compares who is known with who is there. */
  private Future<Void> look() {
    if (!registrations.isActive()) {
      return Future.succeededFuture();
    }
    Set<String> there = new HashSet<>(registrations.getNodes());
    there.remove(registrations.getNodeId());
    for (String gone : new ArrayList<>(nodes.keySet())) {
      if (!there.contains(gone)) {
        registrations.forget(gone);
        left(nodes.remove(gone));
      }
    }
    tellIfRefused();
    List<Future<Void>> unknown = new ArrayList<>();
    for (String id : there) {
      if (!nodes.containsKey(id)) {
        unknown.add(learn(id));
      }
    }
    return Future.all(unknown).mapEmpty();
  }

  private Future<Void> learn(String id) {
    if (id.equals(registrations.getNodeId()) || !asked.add(id)) {
      return Future.succeededFuture();
    }
    Promise<NodeInfo> found = Promise.promise();
    Promise<Void> done = Promise.promise();
    registrations.getNodeInfo(id, found);
    found
        .future()
        .map(info -> info.metadata().getString(NODE_ID))
        .otherwiseEmpty()
        .onSuccess(
            nodeId ->
                context.runOnContext(
                    go -> {
                      asked.remove(id);
                      learned(id, nodeId);
                      done.complete();
                    }));
    return done.future();
  }

  /**
   * @param nodeId null where the node has not said it yet
   */
  private void learned(String id, String nodeId) {
    if (!registrations.getNodes().contains(id)) {
      return;
    }
    if (nodeId == null) {
      vertx.setTimer(UNKNOWN_MS, timer -> look());
      return;
    }
    String before = nodes.put(id, nodeId);
    if (nodeId.equals(before)) {
      return;
    }
    if (before != null) {
      left(before);
    }
    LOG.info("cluster: node {} is there, {} nodes", nodeId, nodes.size() + 1);
    listeners.forEach(listener -> listener.joined(nodeId));
  }

  private void left(String nodeId) {
    LOG.info("cluster: node {} has left, {} nodes", nodeId, nodes.size() + 1);
    listeners.forEach(listener -> listener.left(nodeId));
  }

  /** Two clusters may come together long after their start. */
  private void tellIfRefused() {
    String why = told ? null : refusal();
    if (why != null) {
      told = true;
      refused.accept(why);
    }
  }
}
