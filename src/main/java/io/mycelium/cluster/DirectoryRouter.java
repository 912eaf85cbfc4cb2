package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.Residents;
import io.mycelium.cluster.Directories.NodeGone;
import io.mycelium.cluster.placement.Placement;
import io.mycelium.journal.Claim;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Leads this node's requests of the control plane to the node that owns the instance; where nobody
 * owns it, to the one that is to. On the cluster's event loop.
 */
final class DirectoryRouter {
  /** Requests that concern no instance that has an owner. */
  private static final Set<String> HERE = Set.of("types", "import", "import_end", "import_abandon");

  /** Requests that are answered with the instance. */
  private static final Set<String> SHOWN = Set.of("create", "get", "restart");

  /** What nodes ask of each other, besides what they lead to each other. */
  private static final Set<String> OF_NODES = Set.of("expect", "take", "drain_node");

  /** Requests that may be done twice. */
  private static final Set<String> REPEATABLE =
      Set.of(
          "get",
          "lookup",
          "stats",
          "restarts",
          "restart",
          "get_room",
          "put_room",
          "entries",
          "state",
          "export",
          "export_room",
          "export_page");

  private static final String LOOKUP = "lookup";
  private static final String MOVE = "move";

  /** An instance that has just left its node has its next owner already. */
  private static final long SOON_MS = 20;

  private final Vertx vertx;
  private final OwnContext context;
  private final ClusterConfig config;
  private final Directories directories;
  private final NodeStore store;
  private final Peers peers;
  private final Residents residents;
  private final Routes routes;
  private final Placement placement;
  private final Moves moves;
  private final NodeRequests nodes;
  private final Gathering gathering;

  DirectoryRouter(
      Vertx vertx,
      OwnContext context,
      ClusterConfig config,
      Directories directories,
      NodeStore store,
      Peers peers,
      Residents residents,
      Routes routes,
      Placement placement,
      Moves moves,
      NodeRequests nodes) {
    this.vertx = vertx;
    this.context = context;
    this.config = config;
    this.directories = directories;
    this.store = store;
    this.peers = peers;
    this.residents = residents;
    this.routes = routes;
    this.placement = placement;
    this.moves = moves;
    this.nodes = nodes;
    this.gathering = new Gathering(directories, peers, residents);
  }

  void start() {
    vertx.eventBus().localConsumer(Addresses.INSTANCES, this::onRequest);
  }

  private void onRequest(Message<JsonObject> request) {
    answer(request.body()).onSuccess(request::reply).onFailure(cause -> refuse(request, cause));
  }

  private static void refuse(Message<JsonObject> request, Throwable cause) {
    if (cause instanceof NodeGone) {
      InstanceDirectory.refuse(request, new Refusal(ErrorCode.TIMEOUT, cause.getMessage()));
    } else if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      request.fail(reply.failureCode(), reply.getMessage());
    } else {
      InstanceDirectory.refuse(request, cause);
    }
  }

  private Future<Object> answer(JsonObject request) {
    String op = request.getString("op");
    String id = request.getString("id");
    return switch (op) {
      case "create" -> create(request);
      case "list" ->
          send(peers.ownId(), request).compose(here -> gathering.list(request, (JsonObject) here));
      case "nodes" -> nodes.all();
      case "drain_node" ->
          nodes
              .find(id)
              .compose(known -> send(id, request))
              .map(node -> ((JsonObject) node).put("self", id.equals(peers.ownId())));
      default ->
          HERE.contains(op) || id == null ? send(peers.ownId(), request) : ofOwner(id, request);
    };
  }

  private Future<Object> create(JsonObject request) {
    JsonObject spec = request.getJsonObject("spec");
    // The id and the time tell it from others, if the node ends before it answers.
    if (spec.getValue("id") == null) {
      spec.put("id", UUID.randomUUID().toString());
    }
    return made(request.put("createdAt", System.currentTimeMillis()));
  }

  /**
   * By another node if the one that was chosen ends before it answers, or is not there any more.
   */
  private Future<Object> made(JsonObject request) {
    return send(placement.choose(), request)
        .recover(
            cause -> {
              if (cause instanceof NodeGone) {
                return made(request).recover(refusal -> madeBefore(request, refusal));
              }
              return Directories.isUnheard(cause)
                  ? vertx
                      .timer(config.renewEvery().toMillis(), TimeUnit.MILLISECONDS)
                      .compose(ignored -> send(placement.choose(), request))
                  : Future.failedFuture(cause);
            });
  }

  /** The instance, if the node that has ended made it. */
  private Future<Object> madeBefore(JsonObject request, Throwable refusal) {
    if (!isRefused(refusal, ErrorCode.ID_TAKEN)) {
      return Future.failedFuture(refusal);
    }
    String at = Instant.ofEpochMilli(request.getLong("createdAt")).toString();
    String id = request.getJsonObject("spec").getString("id");
    return ofOwner(id, new JsonObject().put("op", "get").put("id", id))
        .compose(
            found ->
                at.equals(((JsonObject) found).getString("createdAt"))
                    ? Future.succeededFuture(found)
                    : Future.failedFuture(refusal));
  }

  private Future<Object> ofOwner(String id, JsonObject request) {
    return toOwner(id, request).recover(cause -> again(id, request, cause));
  }

  /** Once, if the instance moved meanwhile, or its owner died. */
  private Future<Object> again(String id, JsonObject request, Throwable cause) {
    if (cause instanceof NodeGone && REPEATABLE.contains(request.getString("op"))) {
      return toOwner(id, request);
    }
    boolean moved = isRefused(cause, ErrorCode.INSTANCE_RESTARTING);
    if (!moved && !Directories.isUnheard(cause)) {
      return Future.failedFuture(cause);
    }
    return vertx
        .timer(moved ? SOON_MS : config.renewEvery().toMillis(), TimeUnit.MILLISECONDS)
        .compose(ignored -> toOwner(id, request));
  }

  private static boolean isRefused(Throwable cause, ErrorCode code) {
    return cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
        && reply.failureCode() == code.ordinal();
  }

  private Future<Object> toOwner(String id, JsonObject request) {
    return moves
        .settled(id)
        .compose(settled -> owner(id))
        .compose(owner -> send(owner, id, request));
  }

  private Future<Object> send(String owner, String id, JsonObject request) {
    boolean here = owner.equals(peers.ownId());
    if (here) {
      routes.pause(id);
    }
    boolean leads = here || LOOKUP.equals(request.getString("op"));
    return send(owner, request)
        .onSuccess(
            answer -> {
              if (leads && !moves.isOnItsWay(id) && (!here || residents.has(id))) {
                routes.lead(id, owner);
              }
            });
  }

  /** The store's word; where nobody owns the instance, the node that it is to go to. */
  private Future<String> owner(String id) {
    return context
        .here(store.owner(id))
        .map(
            (Claim claim) ->
                claim == null || claim.owner() == null ? placement.choose() : claim.owner());
  }

  private Future<Object> send(String node, JsonObject request) {
    boolean here = node.equals(peers.ownId());
    Future<Object> answer =
        here ? here(request) : directories.at(node, request, new DeliveryOptions());
    return SHOWN.contains(request.getString("op"))
        ? answer.map(shown -> ((JsonObject) shown).put("node", node))
        : answer;
  }

  private Future<Object> here(JsonObject request) {
    return switch (request.getString("op")) {
      case MOVE -> nodes.move(request);
      case "expect" -> moves.expect(request);
      case "take" -> moves.take(request);
      case "drain_node" -> nodes.drain(request.getBoolean("on"));
      default -> directories.here(request);
    };
  }

  /** Another node's request, which that node thinks is for this one. */
  void onRemote(Message<JsonObject> request) {
    String id = request.body().getString("id");
    boolean waits = id != null && !OF_NODES.contains(request.body().getString("op"));
    (waits ? moves.settled(id) : Future.<Void>succeededFuture())
        .compose(settled -> here(request.body()))
        .onSuccess(request::reply)
        .onFailure(cause -> refuse(request, cause));
  }
}
