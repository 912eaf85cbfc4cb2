package io.mycelium.cluster;

import io.mycelium.bus.InstanceGateway;
import io.mycelium.journal.Claim;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.ops.ClusterFigures;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Planned moves: an instance ends here, the store names the other node, which goes on with it and
 * with its links. What links send meanwhile is lost; they send it again to the next generation,
 * whose first words lead them there. On the cluster's event loop.
 */
final class Moves {
  private static final Logger LOG = LoggerFactory.getLogger(Moves.class);
  private static final DeliveryOptions TAKING = new DeliveryOptions().setSendTimeout(5000);
  private static final DeliveryOptions ASKING = new DeliveryOptions().setSendTimeout(2000);

  /** For which a node that has a lease may not be heard yet. */
  private static final Duration UNHEARD = Duration.ofSeconds(2);

  private static final long AGAIN_MS = 50;

  /** For which requests wait for an instance that is said to come. */
  private static final long COMING_MS = 5000;

  private static final String HANDOVER = "handover";
  private static final String NODES = "nodes";

  private final Vertx vertx;
  private final OwnContext context;
  private final Directories directories;
  private final NodeStore store;
  private final Peers peers;
  private final Routes routes;
  private final Listeners listeners;
  private final Takeover takeover;
  private final NodeEvents events;
  private final ClusterFigures figures;
  private final Map<String, Promise<Void>> leaving = new HashMap<>();
  private final Map<String, Coming> coming = new HashMap<>();

  /** An instance that another node is about to hand over to this one. */
  private record Coming(String from, Promise<Void> settled) {}

  Moves(
      Vertx vertx,
      OwnContext context,
      Directories directories,
      NodeStore store,
      Peers peers,
      Routes routes,
      Listeners listeners,
      Takeover takeover,
      NodeEvents events,
      ClusterFigures figures) {
    this.vertx = vertx;
    this.context = context;
    this.directories = directories;
    this.store = store;
    this.peers = peers;
    this.routes = routes;
    this.listeners = listeners;
    this.takeover = takeover;
    this.events = events;
    this.figures = figures;
  }

  /** Whether the instance is on its way from or to this node: nobody is to look for it. */
  boolean isOnItsWay(String instance) {
    return leaving.containsKey(instance) || coming.containsKey(instance);
  }

  int running() {
    return leaving.size();
  }

  /** Done once an instance that is on its way is where it goes; at once for any other. */
  Future<Void> settled(String instance) {
    Promise<Void> going = leaving.get(instance);
    if (going == null && coming.containsKey(instance)) {
      going = coming.get(instance).settled();
    }
    return going == null ? Future.succeededFuture() : going.future();
  }

  /**
   * Moves an instance of this node: {@code {id, from, to, ms}}, the last being the milliseconds in
   * which it took nothing.
   */
  Future<JsonObject> move(String id, String to) {
    if (isOnItsWay(id)) {
      return Future.failedFuture(
          new Refusal(ErrorCode.REJECTED, "instance " + id + " is on its way already"));
    }
    Promise<Void> gone = Promise.promise();
    leaving.put(id, gone);
    JsonObject announced =
        new JsonObject().put("op", "expect").put("id", id).put("from", peers.ownId());
    return announce(to, announced, System.nanoTime() + UNHEARD.toNanos())
        .compose(expected -> leave(id, to))
        .onFailure(cause -> figures.notMoved())
        .onComplete(
            done -> {
              leaving.remove(id);
              gone.complete();
            });
  }

  /** A node that has only just joined has its lease before all others hear it. */
  private Future<Object> announce(String to, JsonObject announced, long until) {
    return directories
        .<Object>at(to, announced, ASKING)
        .recover(
            cause ->
                Directories.isUnheard(cause) && System.nanoTime() < until
                    ? vertx
                        .timer(AGAIN_MS, TimeUnit.MILLISECONDS)
                        .compose(again -> announce(to, announced, until))
                    : Future.failedFuture(cause));
  }

  private Future<JsonObject> leave(String id, String to) {
    long began = System.nanoTime();
    return directories
        .<JsonObject>here("leave", id)
        .compose(left -> handOver(id, to, left))
        .map(
            taken -> {
              long pause = System.nanoTime() - began;
              long ms = TimeUnit.NANOSECONDS.toMillis(pause);
              figures.moved(pause);
              events.moved(id, peers.ownId(), to, ms);
              return new JsonObject()
                  .put("id", id)
                  .put("from", peers.ownId())
                  .put("to", to)
                  .put("ms", ms);
            });
  }

  private Future<Object> handOver(String id, String to, JsonObject left) {
    // Whatever the instance said last is on its way.
    Map<String, String> audience = listeners.end(id);
    return context
        .here(store.handOver(id, left.getLong("generation"), to))
        .transform(
            done -> {
              Claim claim = done.result();
              return claim != null && to.equals(claim.owner())
                  ? send(id, claim, left, audience)
                  : stay(id, to, audience, done.cause());
            });
  }

  /** Where the instance went all the same, this node's part of it is fenced off and dropped. */
  private Future<Object> stay(String id, String to, Map<String, String> audience, Throwable cause) {
    LOG.warn("cluster: instance {} stays, node {} does not get it", id, to, cause);
    listeners.add(id, audience);
    return directories
        .here("stay", id)
        .transform(
            done ->
                Future.failedFuture(
                    cause == null
                        ? new Refusal(ErrorCode.REJECTED, "node " + to + " has no lease any more")
                        : cause));
  }

  private Future<Object> send(
      String id, Claim claim, JsonObject left, Map<String, String> audience) {
    String to = claim.owner();
    JsonObject nodes = nodes(left, audience);
    JsonObject taking =
        left.put("op", "take").put("id", id).put("first", claim.generation()).put(NODES, nodes);
    return directories
        .here("left", id)
        .compose(gone -> directories.at(to, taking, TAKING))
        .onSuccess(taken -> routes.lead(id, to))
        .onFailure(cause -> lost(id, to, nodes, cause));
  }

  /** Of each link the node; those that no other node has are of this one. */
  private JsonObject nodes(JsonObject left, Map<String, String> audience) {
    JsonObject nodes = new JsonObject();
    audience.forEach(nodes::put);
    JsonObject handover = left.getJsonObject(HANDOVER);
    if (handover != null) {
      handover.getJsonArray("links").stream()
          .map(link -> ((JsonObject) link).getString("id"))
          .filter(link -> !nodes.containsKey(link))
          .forEach(link -> nodes.put(link, peers.ownId()));
    }
    return nodes;
  }

  /** It is that node's, but nobody knows whether it runs there: links have to ask. */
  private void lost(String id, String to, JsonObject nodes, Throwable cause) {
    LOG.warn("cluster: instance {} is node {}'s now, which does not say so", id, to, cause);
    Set<String> told = new HashSet<>();
    nodes.forEach(link -> told.add((String) link.getValue()));
    told.remove(peers.ownId());
    ask(id, told);
    if (InstanceGateway.isLinked(vertx, id)) {
      takeover.find(id);
    }
  }

  /**
   * Another node is about to hand an instance to this one.
   *
   * @param request {@code {id, from}}
   */
  Future<Object> expect(JsonObject request) {
    String id = request.getString("id");
    Coming expected = coming(id, request.getString("from"));
    vertx.setTimer(
        COMING_MS,
        late -> {
          if (coming.get(id) == expected) {
            breakOff(id, expected).onComplete(done -> come(id, expected));
          }
        });
    return Future.succeededFuture(new JsonObject());
  }

  private Coming coming(String id, String from) {
    return coming.computeIfAbsent(id, same -> new Coming(from, Promise.promise()));
  }

  private void come(String id, Coming expected) {
    coming.remove(id, expected);
    expected.settled().tryComplete();
  }

  /** The node is dead, maybe in the middle of moves to this one. */
  void gone(String node) {
    Map.copyOf(coming)
        .forEach(
            (id, expected) -> {
              if (node.equals(expected.from())) {
                breakOff(id, expected);
              }
            });
  }

  /**
   * Nobody says any more what became of a move to this node: if the store named this one already,
   * the instance goes on here, from the store. Never fails.
   */
  private Future<Void> breakOff(String id, Coming expected) {
    return context
        .here(store.owner(id))
        .compose(
            claim ->
                claim != null && peers.ownId().equals(claim.owner())
                    ? takeUp(id, expected)
                    : Future.succeededFuture())
        .otherwiseEmpty();
  }

  private Future<Void> takeUp(String id, Coming expected) {
    LOG.info(
        "cluster: instance {} of node {} was on its way and goes on here", id, expected.from());
    routes.pause(id);
    return settle(id, expected, directories.here("lookup", id))
        .onComplete(done -> ask(id, peers.others()))
        .mapEmpty();
  }

  /** What follows once an instance that came has started here, or has not. */
  private Future<Object> settle(String id, Coming expected, Future<Object> start) {
    return start
        .onSuccess(taken -> routes.lead(id, peers.ownId()))
        .onFailure(cause -> notTaken(id, cause))
        .onComplete(done -> come(id, expected));
  }

  /** What the links of those nodes sent to this one for that instance is lost. */
  private void ask(String id, Set<String> nodes) {
    DeliveryOptions about = NodeTopics.about(id, peers.ownId());
    nodes.forEach(node -> vertx.eventBus().send(NodeTopics.moved(node), null, about));
  }

  /** Goes on with an instance that another node has handed over to this one. */
  Future<Object> take(JsonObject request) {
    String id = request.getString("id");
    Coming expected = coming(id, null);
    routes.pause(id);
    Map<String, String> others = new HashMap<>();
    request
        .getJsonObject(NODES)
        .forEach(link -> others.put(link.getKey(), (String) link.getValue()));
    others.values().removeIf(peers.ownId()::equals);
    listeners.add(id, others);
    Future<Object> taking =
        request.getJsonObject(HANDOVER) == null
            ? directories.here("lookup", id)
            : directories.here(request);
    return settle(id, expected, taking);
  }

  private void notTaken(String id, Throwable cause) {
    LOG.warn("cluster: instance {} came, and does not start", id, cause);
    listeners.end(id);
    if (InstanceGateway.isLinked(vertx, id)) {
      takeover.find(id);
    }
  }
}
