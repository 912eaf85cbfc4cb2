package io.mycelium.cluster;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.InstanceGateway;
import io.mycelium.bus.Residents;
import io.mycelium.cluster.placement.Placement;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.ops.ClusterFigures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
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
  private static final String PLANNED = "planned";
  private static final DeliveryOptions PLANNED_END = new DeliveryOptions().addHeader(PLANNED, "");
  private static final DeliveryOptions COMMANDS = Addresses.here().setCodecName(Codecs.COMMANDS);

  private final ClusterConfig config;
  private final NodeStore store;
  private final Membership membership;
  private final PeerFlow flow;
  private final Supplier<NodeStore.Load> load;
  private final Supplier<String> newId;
  private final ClusterFigures figures;
  private final List<MessageConsumer<?>> consumers = new ArrayList<>();
  private Directories directories;
  private Routes routes;
  private Listeners listeners;
  private DirectoryRouter router;
  private Placement placement;
  private Takeover takeover;
  private Moves moves;
  private Evacuation evacuation;
  private Rebalance rebalance;
  private NodeEvents events;
  private Ticking ticking;
  private Greeting greeting;
  private Lease lease;
  private Residents residents;
  private OwnContext own;
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
      Supplier<String> newId,
      ClusterFigures figures) {
    this.config = config;
    this.store = store;
    this.membership = clustered.membership();
    this.flow = clustered.flow();
    this.load = load;
    this.newId = newId;
    this.figures = figures;
  }

  @Override
  public Future<?> start() {
    own = OwnContext.of(context);
    residents = Residents.of(vertx);
    directories = new Directories(vertx);
    routes = new Routes(vertx, membership, flow);
    listeners = new Listeners(vertx, membership, flow);
    placement = new Placement(membership::ownId, new SplittableRandom());
    takeover = new Takeover(vertx, own, directories, store, membership, routes, placement);
    greeting = new Greeting(vertx, membership);
    ticking = new Ticking(vertx, own, directories, store, membership, routes, placement);
    events = new NodeEvents(vertx);
    moves =
        new Moves(
            vertx,
            own,
            directories,
            store,
            membership,
            routes,
            listeners,
            takeover,
            events,
            figures);
    evacuation = new Evacuation(vertx, residents, moves, placement, this::isUsed);
    rebalance = new Rebalance(vertx, config, membership, residents, moves);
    NodeRequests nodes =
        new NodeRequests(
            own,
            config,
            directories,
            store,
            membership,
            residents,
            placement,
            moves,
            events,
            this::drainHere);
    router =
        new DirectoryRouter(
            vertx,
            own,
            config,
            directories,
            store,
            membership,
            residents,
            routes,
            placement,
            moves,
            nodes);
    lease =
        new Lease(
            vertx, own, config, store, membership, this::load, System::nanoTime, new OnLease());
    residents.onLeaving(instance -> context.runOnContext(left -> onLeaving(instance)));
    membership.listen(
        new Membership.Listener() {
          @Override
          public void joined(String nodeId) {
            context.runOnContext(ignored -> onJoined(nodeId));
          }

          @Override
          public void left(String nodeId) {
            context.runOnContext(ignored -> lease.left(nodeId));
          }
        });
    vertx.eventBus().<String>consumer(DEAD, this::onDead);
    // Whoever finds its lease is to find it listening.
    return listen()
        .compose(listening -> own.here(store.join(self(), load())))
        .compose(joined -> own.here(store.nodes()))
        .onSuccess(
            members -> {
              placement.update(members);
              router.start();
              routes.start();
              events.start();
              lease.start();
              ticking.start();
              membership.others().forEach(greeting::joined);
              serving = true;
            });
  }

  private NodeStore.Load load() {
    NodeStore.Load now = load.get();
    return new NodeStore.Load(now.instances(), now.connections(), now.cpu(), evacuation.isOn());
  }

  private boolean isUsed(String instance) {
    return listeners.has(instance) || InstanceGateway.isLinked(vertx, instance);
  }

  private void onJoined(String node) {
    events.joined(node);
    routes.reachable(node);
    greeting.joined(node);
  }

  private NodeStore.Node self() {
    return new NodeStore.Node(membership.ownId(), config.name(), config.host(), config.port());
  }

  /** Whether this node has its lease, as far as it knows. Any thread. */
  public boolean isServing() {
    return serving;
  }

  /**
   * Takes no more instances, and hands over those that are here; any thread. Done once none is
   * here.
   */
  public Future<Void> drain() {
    Promise<Void> empty = Promise.promise();
    context.runOnContext(
        ignored -> {
          drainHere(true);
          evacuation.begin().onComplete(empty);
        });
    return empty.future();
  }

  /** Done once others can know. */
  private Future<Void> drainHere(boolean on) {
    if (on) {
      evacuation.begin();
    } else {
      evacuation.callOff();
    }
    return lease
        .tell()
        .compose(told -> own.here(store.nodes()))
        .onSuccess(placement::update)
        .mapEmpty();
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
    if (moves.isOnItsWay(instance)) {
      return;
    }
    listeners.end(instance);
    if (!stopping && InstanceGateway.isLinked(vertx, instance)) {
      takeover.find(instance);
    }
  }

  private void onCommands(Message<CommandBatch> message) {
    String instance = NodeTopics.instance(message);
    String sender = NodeTopics.sender(message);
    if (residents.has(instance)) {
      listeners.heard(instance, sender, message.body());
      vertx.eventBus().send(Addresses.commands(instance), message.body(), COMMANDS);
    } else if (!moves.isOnItsWay(instance)) {
      vertx
          .eventBus()
          .send(NodeTopics.moved(sender), null, NodeTopics.about(instance, membership.ownId()));
    }
    flow.received(message);
  }

  private void onDeliveries(Message<DeliveryBatch> message) {
    DeliveryBatch batch = message.body();
    routes.deliver(batch, NodeTopics.sender(message), residents.has(batch.instance()));
    flow.received(message);
  }

  private void onMoved(Message<Void> message) {
    String instance = NodeTopics.instance(message);
    String sender = NodeTopics.sender(message);
    if (routes.lose(instance, sender)) {
      takeover.denied(instance, sender);
    }
  }

  private void onUnlinked(Message<Void> message) {
    listeners.remove(NodeTopics.instance(message), NodeTopics.sender(message));
  }

  private void onDead(Message<String> message) {
    String node = message.body();
    if (node.equals(membership.ownId())) {
      lease.declaredDead();
    } else {
      events.left(node, message.headers().contains(PLANNED));
      gone(node);
    }
  }

  /** The node owns nothing any more, and has no links. */
  private void gone(String node) {
    listeners.removeNode(node);
    placement.forget(node);
    takeover.of(node);
    moves.gone(node);
    ticking.dead(node);
    directories.gone(node);
  }

  private final class OnLease implements Lease.Listener {
    @Override
    public void dead(String node) {
      // Who listens for it is asked of the engine, which is busy with the same death.
      ClusterNode.this.gone(node);
      vertx.eventBus().publish(DEAD, node);
    }

    /** Routes and links come from the leases: a node without one has neither. */
    @Override
    public void members(List<NodeStore.Member> all) {
      placement.update(all);
      if (!evacuation.isOn()) {
        rebalance.look(all);
      }
      Set<String> leased =
          all.stream().map(member -> member.node().id()).collect(Collectors.toSet());
      Set<String> known = routes.owners();
      known.addAll(listeners.nodes());
      known.stream().filter(node -> !leased.contains(node)).forEach(ClusterNode.this::gone);
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
    listenNoMore();
    directories.here(new JsonObject().put("op", "disown")).onComplete(dropped -> rejoin());
  }

  private void listenNoMore() {
    consumers.forEach(MessageConsumer::unregister);
    consumers.clear();
  }

  private void rejoin() {
    if (stopping) {
      return;
    }
    String id = newId.get();
    membership
        .rename(id)
        .compose(renamed -> listen())
        .compose(listening -> own.here(store.join(self(), load())))
        .onSuccess(
            joined -> {
              LOG.info("cluster: this node has joined again, as {}", id);
              lease.regained();
              serving = true;
              routes.renamed();
            })
        .onFailure(
            cause -> {
              LOG.debug("cluster: this node cannot join again yet", cause);
              listenNoMore();
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
    return lease
        .leave()
        .onSuccess(left -> vertx.eventBus().publish(DEAD, id, PLANNED_END))
        .otherwiseEmpty();
  }
}
