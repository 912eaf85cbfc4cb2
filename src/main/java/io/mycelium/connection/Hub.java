package io.mycelium.connection;

import io.mycelium.access.Action;
import io.mycelium.access.Authenticators;
import io.mycelium.access.Guest;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.bus.Command;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceGateway;
import io.mycelium.bus.ReplyTo;
import io.mycelium.limits.Places;
import io.mycelium.limits.Seat;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of one web verticle. Deliveries of one event-loop turn are gathered per room and
 * per socket, and flushed once, after the turn has handled all ready events.
 */
public final class Hub {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

  /** The status of an instance that takes no commands. */
  private static final String FAILED = "failed";

  private final Vertx vertx;
  private final EventLoop eventLoop;
  private final SocketConfig config;
  private final GatewayConfig gatewayConfig;
  private final int maxMessageBytes;
  private final InstanceGateway gateway;
  private final InstanceDirectory directory;
  private final Places places;
  private final ConnectionMeters meters;
  private final SocketWatch watch;
  private final Map<String, Future<HubInstance>> instances = new HashMap<>();
  private final long timer;
  private final Buffers buffers = new Buffers(this);
  private final Traffic traffic;
  private final UnfinishedMessages unfinished;
  private final WaitingBytes waiting;
  private List<HubRoom> dirtyRooms = new ArrayList<>();
  private List<Connection> dirtyConnections = new ArrayList<>();
  private boolean flushScheduled;
  private long nextConnection = 1;
  private int upgrading;
  private int connections;

  /** Sockets whose close frame is in flight; the end of the process would overtake it. */
  private int closing;

  private long turnBegan;
  private SocketDrain drain;

  /**
   * @param id unique among the hubs of all nodes
   * @param maxMessageBytes the server's limit, which an instance may lower
   * @param places the node's, which its hubs share
   * @param access how long an identity holds, and who takes another token in its place
   */
  public Hub(
      Vertx vertx,
      EventLoop eventLoop,
      String id,
      SocketConfig config,
      GatewayConfig gatewayConfig,
      int maxMessageBytes,
      Places places,
      Authenticators access,
      ConnectionMeters meters) {
    this.vertx = vertx;
    this.eventLoop = eventLoop;
    this.config = config;
    this.gatewayConfig = gatewayConfig;
    this.maxMessageBytes = maxMessageBytes;
    this.gateway = new InstanceGateway(vertx, eventLoop, id, gatewayConfig);
    this.directory = new InstanceDirectory(vertx);
    this.places = places;
    this.meters = meters;
    this.traffic = new Traffic(meters);
    this.waiting = new WaitingBytes(config.maxWaitingBytes(), places.waitingBytes());
    this.unfinished = new UnfinishedMessages(config, places.unfinishedBytes());
    this.watch = new SocketWatch(access, eventLoop);
    this.timer = vertx.setPeriodic(SocketWatch.PERIOD_MS, ignored -> advance());
  }

  /** An upgrade is asked for from there; why that is too often, else null. It costs little. */
  public Refusal knock(String address) {
    return places.handshake(address);
  }

  /**
   * Asks an instance to let a connection in.
   *
   * @param address that it comes from
   * @return the permit, which must be {@linkplain Permit#accept used} or {@linkplain Permit#abandon
   *     given back}; fails with a {@link Refusal} if the instance is unknown, failed or full, the
   *     node is full, or the identity has no right in the instance
   */
  public Future<Permit> admit(String instanceId, Identity identity, String address) {
    if (Guest.isUnknown(identity)) {
      return Guests.admitted(directory, instanceId, identity)
          .compose(guest -> admit(instanceId, guest, address));
    }
    Refusal refusal = Permissions.check(identity, Action.CONNECT, instanceId, null);
    if (refusal == null && drain != null) {
      refusal = new Refusal(ErrorCode.DRAINING, "this node is stopping");
    }
    Seat seat = new Seat(places);
    if (refusal == null) {
      refusal = seat.take(identity, address, instanceId);
    }
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    upgrading++;
    return instance(instanceId)
        .compose(instance -> open(instance, identity, seat))
        .onFailure(ignored -> notUpgraded(seat));
  }

  void notUpgraded(Seat seat) {
    seat.free();
    upgrading--;
    endDrain();
  }

  /** Simultaneous lookups of the same instance share one link. */
  private Future<HubInstance> instance(String id) {
    Future<HubInstance> known = instances.get(id);
    if (known != null) {
      return known;
    }
    Future<HubInstance> made = directory.lookup(id).compose(found -> link(id, found));
    instances.put(id, made);
    made.onFailure(ignored -> instances.remove(id, made));
    return made;
  }

  private Future<HubInstance> link(String id, JsonObject found) {
    if (FAILED.equals(found.getString("status"))) {
      return Future.failedFuture(
          new Refusal(ErrorCode.INSTANCE_FAILED, "instance " + id + " has failed"));
    }
    JsonObject socket = found.getJsonObject("socket");
    SocketLimits limits = SocketLimits.of(socket, config, maxMessageBytes, places.limits());
    HubInstance instance = new HubInstance(this, limits);
    instance.link(gateway.link(id, instance));
    return instance.link().registered().map(instance);
  }

  private Future<Permit> open(HubInstance instance, Identity identity, Seat seat) {
    instance.use();
    long number = nextConnection++;
    Promise<Permit> permit = Promise.promise();
    instance
        .link()
        .send(
            Command.Kind.OPEN,
            number,
            null,
            null,
            identity.userId(),
            null,
            reply -> {
              if (reply.ok()) {
                permit.complete(new Permit(this, instance, number, identity, seat));
              } else {
                instance.link().sendEnd(Command.Kind.CLOSE, number, null, ReplyTo.NOBODY);
                instance.release();
                permit.fail(new Refusal(reply.code(), reply.message()));
              }
            });
    return permit.future();
  }

  void opened(Connection connection) {
    watch.add(connection);
    connections++;
    upgrading--;
    meters.connectionOpened();
    if (drain != null) {
      eventLoop.execute(() -> drain.close(connection));
    }
  }

  void forget(HubInstance instance) {
    instances.remove(instance.link().instanceId());
  }

  void closed(Connection connection, String reason) {
    watch.remove(connection);
    connections--;
    unfinished.forget(connection);
    meters.connectionClosed(reason);
    endDrain();
  }

  /** A socket is told to close; {@link #gone} follows. */
  void closing() {
    closing++;
  }

  void gone() {
    closing--;
    endDrain();
  }

  private void endDrain() {
    if (drain != null && upgrading + connections + closing == 0) {
      drain.done();
    }
  }

  void dirty(HubRoom room) {
    dirtyRooms.add(room);
    scheduleFlush();
  }

  void dirty(Connection connection) {
    dirtyConnections.add(connection);
    scheduleFlush();
  }

  private void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      turnBegan = System.nanoTime();
      eventLoop.execute(this::flush);
    }
  }

  private void flush() {
    try {
      flushRooms();
    } finally {
      flushScheduled = false;
    }
    List<Connection> sockets = dirtyConnections;
    dirtyConnections = new ArrayList<>(Math.min(sockets.size(), 1024));
    for (int i = 0; i < sockets.size(); i++) {
      flush(sockets.get(i));
    }
    traffic.report();
  }

  /** A failed flush must not prevent the others. */
  private static void flush(Connection connection) {
    try {
      connection.flush();
    } catch (RuntimeException e) {
      LOG.error("the flush of connection {} failed", connection.number(), e);
      connection.close(Disconnect.INTERNAL_ERROR);
    }
  }

  private void flushRooms() {
    List<HubRoom> rooms = dirtyRooms;
    dirtyRooms = new ArrayList<>();
    for (int i = 0; i < rooms.size(); i++) {
      rooms.get(i).flush();
    }
  }

  Buffers buffers() {
    return buffers;
  }

  void delivered(int messages, long bytes) {
    traffic.out(messages, bytes);
  }

  void received(int bytes) {
    traffic.in(bytes);
    scheduleFlush();
  }

  /** {@link System#nanoTime} as it was at the start of this turn, which is what it costs. */
  long now() {
    scheduleFlush();
    return turnBegan;
  }

  /**
   * Accepts no more connections and closes the open ones in batches, once their pushes are
   * answered.
   *
   * @param spreadMs each client is asked to wait a random time up to this before it reconnects
   */
  public Future<Void> drain(int batch, long intervalMs, long spreadMs) {
    if (drain == null) {
      drain = new SocketDrain(vertx, batch, intervalMs, spreadMs);
    }
    drain.start(all());
    endDrain();
    return drain.future();
  }

  private List<Connection> all() {
    List<Connection> all = new ArrayList<>(connections);
    for (Future<HubInstance> made : instances.values()) {
      if (made.succeeded()) {
        all.addAll(made.result().connections());
      }
    }
    return all;
  }

  /** Closes the connections whose tokens were revoked. */
  public void endRevoked() {
    watch.endRevoked(all());
  }

  public void close() {
    vertx.cancelTimer(timer);
    gateway.close();
    buffers.close();
  }

  public int connections() {
    return connections;
  }

  /** Number of sockets in each {@link SocketState}, by its ordinal; walks all sockets. */
  public int[] states() {
    int[] counts = new int[SocketState.values().length];
    all().forEach(each -> counts[each.state().ordinal()]++);
    return counts;
  }

  /** Number of instances to which this hub has a link. */
  public int instances() {
    return instances.size();
  }

  /** Number of links, including closed links that the instance has not acknowledged. */
  public int links() {
    return gateway.links();
  }

  /** Runs a task on this hub's event loop. Any thread. */
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }

  /** Number of commands that wait for an instance's answer. */
  public int unacked() {
    return gateway.unacked();
  }

  private void advance() {
    watch.advance();
    unfinished.tick();
    waiting.tick();
  }

  WaitingBytes waiting() {
    return waiting;
  }

  UnfinishedMessages unfinished() {
    return unfinished;
  }

  int tick() {
    return watch.tick();
  }

  SocketWatch watch() {
    return watch;
  }

  SocketConfig config() {
    return config;
  }

  GatewayConfig gatewayConfig() {
    return gatewayConfig;
  }

  ConnectionMeters meters() {
    return meters;
  }
}
