package io.mycelium.cluster;

import io.mycelium.bus.Residents;
import io.mycelium.cluster.placement.Placement;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;

/**
 * Answers requests about nodes, and those to move an instance of this node. On the cluster's event
 * loop.
 */
final class NodeRequests {
  private final OwnContext context;
  private final ClusterConfig config;
  private final Directories directories;
  private final NodeStore store;
  private final Peers peers;
  private final Residents residents;
  private final Placement placement;
  private final Moves moves;
  private final NodeEvents events;
  private final Function<Boolean, Future<Void>> drain;

  /**
   * @param drain makes this node hand its instances over, or not any more; done once others can
   *     know
   */
  NodeRequests(
      OwnContext context,
      ClusterConfig config,
      Directories directories,
      NodeStore store,
      Peers peers,
      Residents residents,
      Placement placement,
      Moves moves,
      NodeEvents events,
      Function<Boolean, Future<Void>> drain) {
    this.context = context;
    this.config = config;
    this.directories = directories;
    this.store = store;
    this.peers = peers;
    this.residents = residents;
    this.placement = placement;
    this.moves = moves;
    this.events = events;
    this.drain = drain;
  }

  /** {@code {items, events, lease_ms}}. */
  Future<Object> all() {
    return context
        .here(store.nodes())
        .map(
            members -> {
              JsonArray items = new JsonArray();
              members.forEach(member -> items.add(json(member)));
              return new JsonObject()
                  .put("items", items)
                  .put("events", events.newest())
                  .put("lease_ms", config.lease().toMillis());
            });
  }

  private JsonObject json(NodeStore.Member member) {
    NodeStore.Node node = member.node();
    NodeStore.Load load = member.load();
    return new JsonObject()
        .put("id", node.id())
        .put("name", node.name())
        .put("host", node.host())
        .put("port", node.port())
        .put("self", node.id().equals(peers.ownId()))
        .put("started_at", member.startedAt())
        .put("silent_ms", Math.max(0, member.silent()))
        .put("draining", load.draining())
        .put(
            "load",
            new JsonObject()
                .put("instances", load.instances())
                .put("connections", load.connections())
                .put("cpu", load.cpu()));
  }

  /** Fails with {@code unknown_node} if no such node has a lease. */
  Future<NodeStore.Member> find(String id) {
    return context
        .here(store.nodes())
        .map(
            members ->
                members.stream()
                    .filter(member -> member.node().id().equals(id))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new Refusal(
                                ErrorCode.UNKNOWN_NODE,
                                "there is no node " + id + ", expected one of GET /nodes")));
  }

  /** This node's part of a request to drain it, or to serve again. */
  Future<Object> drain(boolean on) {
    return drain
        .apply(on)
        .compose(told -> find(peers.ownId()))
        .map(
            member -> {
              events.draining(peers.ownId(), on);
              return json(member).put("draining", on);
            });
  }

  /**
   * Moves an instance that this node owns, or that nobody does.
   *
   * @param request {@code {id, node?}}
   */
  Future<Object> move(JsonObject request) {
    String id = request.getString("id");
    String wanted = request.getString("node");
    String to = wanted == null ? placement.another() : wanted;
    if (to == null) {
      return Future.failedFuture(
          new Refusal(ErrorCode.REJECTED, "no other node takes instances now"));
    }
    return find(to).compose(member -> move(id, member));
  }

  private Future<Object> move(String id, NodeStore.Member member) {
    String to = member.node().id();
    if (to.equals(peers.ownId())) {
      return Future.succeededFuture(
          new JsonObject().put("id", id).put("from", to).put("to", to).put("ms", 0));
    }
    if (member.load().draining()) {
      return Future.failedFuture(
          new Refusal(ErrorCode.REJECTED, "node " + to + " is being drained"));
    }
    // Where nobody has the instance in memory, it comes here first.
    Future<?> here = residents.has(id) ? Future.succeededFuture() : directories.here("lookup", id);
    return here.compose(resident -> moves.move(id, to)).map(Object.class::cast);
  }
}
