package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.journal.Claim;
import io.mycelium.journal.NodeStore;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Leads this node's requests of the control plane to the node that owns the instance; where nobody
 * owns it, to the one that is to. On the cluster's event loop.
 */
final class DirectoryRouter {
  /** Requests that concern no instance that has an owner. */
  private static final Set<String> HERE = Set.of("types", "import", "import_end", "import_abandon");

  private static final String CREATE = "create";
  private static final String LIST = "list";
  private static final String LOOKUP = "lookup";

  private final Vertx vertx;
  private final ClusterConfig config;
  private final NodeStore store;
  private final Peers peers;
  private final Routes routes;
  private final Placement placement;
  private final Gathering gathering;

  DirectoryRouter(
      Vertx vertx,
      ClusterConfig config,
      NodeStore store,
      Peers peers,
      Routes routes,
      Placement placement) {
    this.vertx = vertx;
    this.config = config;
    this.store = store;
    this.peers = peers;
    this.routes = routes;
    this.placement = placement;
    this.gathering = new Gathering(vertx, peers);
  }

  void start() {
    vertx.eventBus().localConsumer(Addresses.INSTANCES, this::onRequest);
  }

  private void onRequest(Message<JsonObject> request) {
    answer(request.body()).onSuccess(request::reply).onFailure(cause -> refuse(request, cause));
  }

  private static void refuse(Message<JsonObject> request, Throwable cause) {
    if (cause instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      request.fail(reply.failureCode(), reply.getMessage());
    } else {
      InstanceDirectory.refuse(request, cause);
    }
  }

  private Future<Object> answer(JsonObject request) {
    String op = request.getString("op");
    String id = request.getString("id");
    if (op.equals(CREATE)) {
      return send(placement.forNew(), request);
    }
    if (op.equals(LIST)) {
      return send(peers.ownId(), request)
          .compose(here -> gathering.list(request, (JsonObject) here));
    }
    if (HERE.contains(op) || id == null) {
      return send(peers.ownId(), request);
    }
    return toOwner(id, request)
        .recover(cause -> isElsewhere(cause) ? again(id, request) : Future.failedFuture(cause));
  }

  /** The instance moved meanwhile, or its owner died. */
  private static boolean isElsewhere(Throwable cause) {
    if (!(cause instanceof ReplyException reply)) {
      return false;
    }
    return reply.failureType() == ReplyFailure.NO_HANDLERS
        || reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
            && reply.failureCode() == ErrorCode.INSTANCE_RESTARTING.ordinal();
  }

  private Future<Object> again(String id, JsonObject request) {
    return vertx
        .timer(config.renewEvery().toMillis(), TimeUnit.MILLISECONDS)
        .compose(ignored -> toOwner(id, request));
  }

  private Future<Object> toOwner(String id, JsonObject request) {
    return owner(id).compose(owner -> send(owner, id, request));
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
              if (leads) {
                routes.lead(id, owner);
              }
            });
  }

  /** The store's word; where nobody owns the instance, the node that it is to go to. */
  Future<String> owner(String id) {
    return store.owner(id).map(claim -> owner(claim));
  }

  private String owner(Claim claim) {
    return claim == null || claim.owner() == null ? placement.forNobodys() : claim.owner();
  }

  private Future<Object> send(String node, JsonObject request) {
    boolean here = node.equals(peers.ownId());
    String address = here ? Addresses.INSTANCES_HERE : NodeTopics.directory(node);
    DeliveryOptions options = here ? Addresses.here() : new DeliveryOptions();
    return vertx.eventBus().request(address, request, options).map(Message::body);
  }

  /** Another node's request, which that node thinks is for this one. */
  void onRemote(Message<JsonObject> request) {
    send(peers.ownId(), request.body())
        .onSuccess(request::reply)
        .onFailure(cause -> refuse(request, cause));
  }
}
