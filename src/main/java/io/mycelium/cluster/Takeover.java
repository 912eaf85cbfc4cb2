package io.mycelium.cluster;

import io.mycelium.bus.InstanceGateway;
import io.mycelium.cluster.placement.Placement;
import io.mycelium.cluster.placement.Shares;
import io.mycelium.journal.Claim;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the new owners of instances that this node has links to, after the old one is gone: many
 * with one question to the store, and those that nobody owns with one claim; again and again while
 * there are links. On the cluster's event loop.
 */
final class Takeover {
  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

  /** As many as the store claims with one statement. */
  private static final int BATCH = 1000;

  private static final int AT_ONCE = 4;
  private static final long RETRY_MS = 100;
  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(2000);

  private final Vertx vertx;
  private final OwnContext context;
  private final Directories directories;
  private final NodeStore store;
  private final Peers peers;
  private final Routes routes;
  private final Placement placement;
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();

  /** Of instances the node that was asked for it and has it not. */
  private final Map<String, String> denied = new HashMap<>();

  private boolean gathering;
  private int running;

  Takeover(
      Vertx vertx,
      OwnContext context,
      Directories directories,
      NodeStore store,
      Peers peers,
      Routes routes,
      Placement placement) {
    this.vertx = vertx;
    this.context = context;
    this.directories = directories;
    this.store = store;
    this.peers = peers;
    this.routes = routes;
    this.placement = placement;
  }

  /** The node owns nothing any more. */
  void of(String dead) {
    for (String instance : routes.loseAll(dead)) {
      if (InstanceGateway.isLinked(vertx, instance)) {
        find(instance);
      } else {
        routes.end(instance);
      }
    }
  }

  /** Nobody knows where that instance is; its stand-in has no owner. */
  void find(String instance) {
    if (known.add(instance)) {
      waiting.add(instance);
      gather();
    }
  }

  /** That node has it not, and does not know of a move. */
  void denied(String instance, String node) {
    denied.put(instance, node);
    find(instance);
  }

  /** Those of one turn go together. */
  private void gather() {
    if (!gathering) {
      gathering = true;
      vertx.runOnContext(
          go -> {
            gathering = false;
            next();
          });
    }
  }

  private void next() {
    while (running < AT_ONCE && !waiting.isEmpty()) {
      running++;
      List<String> batch = new ArrayList<>();
      while (batch.size() < BATCH && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
      Set<String> open = new HashSet<>(batch);
      context
          .here(store.owners(batch))
          .compose(owners -> resolve(batch, owners, open))
          .onFailure(cause -> LOG.debug("cluster: {} have no owner yet", batch, cause))
          .onComplete(
              done -> {
                running--;
                known.removeAll(batch);
                again(open);
                next();
              });
    }
  }

  /** Those that another node claimed at the same moment, or that a dying owner has locked. */
  private void again(Set<String> open) {
    if (!open.isEmpty()) {
      vertx.setTimer(
          RETRY_MS,
          timer ->
              open.stream()
                  .filter(instance -> InstanceGateway.isLinked(vertx, instance))
                  .forEach(this::find));
    }
  }

  /**
   * @param open loses those that are found, and those that do not exist
   */
  private Future<Void> resolve(List<String> batch, Map<String, Claim> owners, Set<String> open) {
    List<String> free = new ArrayList<>();
    Map<String, List<String>> owned = new HashMap<>();
    for (String instance : batch) {
      Claim claim = owners.get(instance);
      String denying = denied.remove(instance);
      if (claim == null) {
        open.remove(instance);
      } else if (claim.owner() == null) {
        free.add(instance);
      } else if (claim.owner().equals(peers.ownId()) || claim.owner().equals(denying)) {
        owned.computeIfAbsent(claim.owner(), node -> new ArrayList<>()).add(instance);
      } else {
        found(instance, claim.owner(), open);
      }
    }
    Map<String, List<String>> shares =
        new Shares(placement.nodes(), peers.ownId(), peers.others()).of(free);
    owned.forEach(
        (node, ids) -> shares.computeIfAbsent(node, ignored -> new ArrayList<>()).addAll(ids));
    List<Future<?>> adoptions = new ArrayList<>();
    shares.forEach(
        (node, ids) ->
            adoptions.add(
                adopt(node, ids)
                    .onSuccess(adopted -> adopted.forEach(id -> found(id, node, open)))));
    return Future.join(adoptions).mapEmpty();
  }

  private void found(String instance, String owner, Set<String> open) {
    open.remove(instance);
    routes.lead(instance, owner);
    // The links ask the owner; one on this node tells them itself once it runs.
    if (!owner.equals(peers.ownId())) {
      routes.rerouted(instance);
    }
  }

  private Future<List<String>> adopt(String node, List<String> ids) {
    if (node.equals(peers.ownId())) {
      return adopt(ids);
    }
    JsonObject request = new JsonObject().put("ids", new JsonArray(ids));
    return vertx
        .eventBus()
        .<JsonObject>request(NodeTopics.adopt(node), request, PATIENCE)
        .map(answer -> ids(answer.body()));
  }

  /** From now on the commands of those that this node gets are its own. */
  private Future<List<String>> adopt(List<String> ids) {
    ids.forEach(routes::pause);
    JsonObject request = new JsonObject().put("op", "adopt").put("ids", new JsonArray(ids));
    return directories.<JsonObject>here(request).map(Takeover::ids);
  }

  private static List<String> ids(JsonObject body) {
    return body.getJsonArray("ids").stream().map(String.class::cast).toList();
  }

  /** Another node's sockets wait for these, and this one has less to do. */
  void onAdopt(Message<JsonObject> request) {
    adopt(ids(request.body()))
        .onSuccess(
            adopted -> {
              adopted.forEach(instance -> routes.lead(instance, peers.ownId()));
              request.reply(new JsonObject().put("ids", new JsonArray(adopted)));
            })
        .onFailure(cause -> request.fail(0, cause.getMessage()));
  }
}
