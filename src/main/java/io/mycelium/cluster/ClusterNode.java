package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.InstanceGateway;
import io.mycelium.bus.Residents;
import io.mycelium.journal.NodeStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in a cluster: its lease, the ways to and from instances on other nodes, and what
 * follows when a node is gone. Its addresses on the bus are a handful, however many instances there
 * are. Runs on an event loop of its own.
 */
public final class ClusterNode extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final String DEAD = "cluster.dead";
  private static final DeliveryOptions COMMANDS = Addresses.here().setCodecName(Codecs.COMMANDS);

  private final ClusterConfig config;
  private final NodeStore store;
  private final Membership membership;
  private final PeerFlow flow;
  private final Supplier<NodeStore.Load> load;
  private final Supplier<String> newId;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private Routes routes;
  private Listeners listeners;
  private DirectoryRouter router;
  private Placement placement;
  private Takeover takeover;
  private Ticking ticking;
  private Greeting greeting;
  private Lease lease;
  private Residents residents;
  private volatile boolean serving;
  private boolean stopping;

  /**
   * @param load what this node carries, asked for at each renewal
   * @param newId a node id that was never used
   */
  public ClusterNode(
      ClusterConfig config,
      NodeStore store,
      ClusteredVertx clustered,
      Supplier<NodeStore.Load> load,
      Supplier<String> newId) {
    this.config = config;
    this.store = store;
    this.membership = clustered.membership();
    this.flow = clustered.flow();
    this.load = load;
    this.newId = newId;
  }

  @Override
  public Future<?> start() {
    residents = Residents.of(vertx);
    routes = new Routes(vertx, membership, flow);
    listeners = new Listeners(vertx, membership, flow);
    placement = new Placement(membership, new SplittableRandom());
    takeover = new Takeover(vertx, store, membership, routes, placement);
    greeting = new Greeting(vertx, membership);
    ticking = new Ticking(vertx, store, membership, routes, placement);
    router = new DirectoryRouter(vertx, config, store, membership, routes, placement);
    lease = new Lease(vertx, config, store, membership, load, System::nanoTime, new OnLease());
    residents.onLeaving(instance -> context.runOnContext(left -> onLeaving(instance)));
    membership.listen(
        new Membership.Listener() {
          @Override
          public void joined(String nodeId) {
            context.runOnContext(
                ignored -> {
                  routes.reachable(nodeId);
                  greeting.joined(nodeId);
                });
          }

          @Override
          public void left(String nodeId) {
            context.runOnContext(ignored -> lease.left(nodeId));
          }
        });
    vertx.eventBus().<String>consumer(DEAD, message -> onDead(message.body()));
    return context(store.join(self(), load.get()))
        .compose(joined -> listen())
        .compose(listening -> context(store.nodes()))
        .onSuccess(
            members -> {
              placement.update(members);
              router.start();
              lease.start();
              ticking.start();
              membership.others().forEach(greeting::joined);
              serving = true;
            });
  }

  /** The future on this verticle's context. */
  private <T> Future<T> context(Future<T> future) {
    Promise<T> here = Promise.promise();
    future.onComplete(done -> context.runOnContext(ignored -> here.handle(done)));
    return here.future();
  }

  private NodeStore.Node self() {
    return new NodeStore.Node(membership.ownId(), config.name(), config.host(), config.port());
  }

  /** Whether this node has its lease, as far as it knows. Any thread. */
  public boolean isServing() {
    return serving;
  }

  private Future<Void> listen() {
    String id = membership.ownId();
    consumers.add(vertx.eventBus().consumer(NodeTopics.commands(id), this::onCommands));
    consumers.add(vertx.eventBus().consumer(NodeTopics.deliveries(id), this::onDeliveries));
    consumers.add(
        vertx.eventBus().<JsonObject>consumer(NodeTopics.directory(id), router::onRemote));
    consumers.add(vertx.eventBus().<JsonObject>consumer(NodeTopics.adopt(id), takeover::onAdopt));
    consumers.add(vertx.eventBus().consumer(NodeTopics.moved(id), this::onMoved));
    consumers.add(vertx.eventBus().consumer(NodeTopics.unlinked(id), this::onUnlinked));
    return Future.all(consumers.stream().map(MessageConsumer::completion).toList()).mapEmpty();
  }

  /** It sleeps, or is on another node now; this node's own links to it have to find it. */
  private void onLeaving(String instance) {
    listeners.end(instance);
    if (!stopping && InstanceGateway.isLinked(vertx, instance)) {
      takeover.find(instance);
    }
  }

  private void onCommands(Message<CommandBatch> message) {
    String instance = NodeTopics.instance(message);
    String sender = NodeTopics.sender(message);
    if (residents.has(instance)) {
      listeners.add(instance, sender, message.body().gateway());
      vertx.eventBus().send(Addresses.commands(instance), message.body(), COMMANDS);
    } else {
      vertx
          .eventBus()
          .send(NodeTopics.moved(sender), null, NodeTopics.about(instance, membership.ownId()));
    }
    flow.received(message);
  }

  private void onDeliveries(Message<DeliveryBatch> message) {
    routes.deliver(message.body());
    flow.received(message);
  }

  private void onMoved(Message<Void> message) {
    String instance = NodeTopics.instance(message);
    if (routes.lose(instance, NodeTopics.sender(message))) {
      takeover.find(instance);
    }
  }

  private void onUnlinked(Message<Void> message) {
    listeners.remove(NodeTopics.instance(message), NodeTopics.sender(message));
  }

  private void onDead(String node) {
    if (node.equals(membership.ownId())) {
      lease.declaredDead();
    } else {
      gone(node);
    }
  }

  /** The node owns nothing any more, and has no links. */
  private void gone(String node) {
    listeners.removeNode(node);
    placement.forget(node);
    takeover.of(node);
    ticking.dead(node);
  }

  private final class OnLease implements Lease.Listener {
    @Override
    public void dead(String node) {
      // Who listens for it is asked of the engine, which is busy with the same death.
      context.runOnContext(ignored -> ClusterNode.this.gone(node));
      vertx.eventBus().publish(DEAD, node);
    }

    /** A route comes from the leases: a node without one owns nothing. */
    @Override
    public void members(List<NodeStore.Member> all) {
      context.runOnContext(
          ignored -> {
            placement.update(all);
            Set<String> leased =
                all.stream().map(member -> member.node().id()).collect(Collectors.toSet());
            routes.owners().stream().filter(owner -> !leased.contains(owner)).forEach(this::gone);
          });
    }

    private void gone(String node) {
      ClusterNode.this.gone(node);
    }

    @Override
    public void lost() {
      giveUp();
    }
  }

  /** Another node may own what was this node's: drops it, and joins anew under another id. */
  private void giveUp() {
    if (!serving || stopping) {
      return;
    }
    serving = false;
    consumers.forEach(MessageConsumer::unregister);
    consumers.clear();
    JsonObject all = new JsonObject().put("op", "disown").put("ids", (JsonArray) null);
    vertx
        .eventBus()
        .request(Addresses.INSTANCES_HERE, all, Addresses.here())
        .onComplete(dropped -> rejoin());
  }

  private void rejoin() {
    if (stopping) {
      return;
    }
    String id = newId.get();
    membership
        .rename(id)
        .compose(renamed -> context(store.join(self(), load.get())))
        .compose(joined -> listen())
        .onSuccess(
            listening -> {
              LOG.info("cluster: this node has joined again, as {}", id);
              lease.regained();
              serving = true;
              routes.renamed();
            })
        .onFailure(
            cause -> {
              LOG.debug("cluster: this node cannot join again yet", cause);
              vertx.setTimer(config.renewEvery().toMillis(), ignored -> rejoin());
            });
  }

  @Override
  public Future<?> stop() {
    stopping = true;
    serving = false;
    if (lease == null) {
      return Future.succeededFuture();
    }
    String id = membership.ownId();
    return lease.leave().onSuccess(left -> vertx.eventBus().publish(DEAD, id)).otherwiseEmpty();
  }
}
