package io.mycelium.bus;

import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The web half's gateway to all instances: one per web verticle, used on its event loop only.
 * Creates the links, flushes links with new commands once per turn, and times commands out.
 */
public final class InstanceGateway {
  private static final int TICKS_PER_TIMEOUT = 8;
  private static final int TICKS_TO_ASK_AGAIN = 2;

  private final Vertx vertx;
  private final EventLoop eventLoop;
  private final String id;
  private final GatewayConfig config;
  private final Mailboxes mailboxes;
  private final Set<InstanceLink> links = new HashSet<>();
  private final long timer;
  private List<InstanceLink> dirty = new ArrayList<>();
  private int tick;
  private int linksMade;
  private int unacked;

  /**
   * @param id unique among all gateways of all nodes
   * @param eventLoop the loop on which all methods are called
   */
  public InstanceGateway(Vertx vertx, EventLoop eventLoop, String id, GatewayConfig config) {
    this.vertx = vertx;
    this.eventLoop = eventLoop;
    this.id = id;
    this.config = config;
    this.mailboxes = Mailboxes.of(vertx);
    long period = Math.max(10, config.commandTimeout().toMillis() / TICKS_PER_TIMEOUT);
    this.timer = vertx.setPeriodic(period, ignored -> expire());
  }

  /** Whether a gateway on that Vert.x has a link to the instance. Any thread. */
  public static boolean isLinked(Vertx vertx, String instanceId) {
    return Mailboxes.of(vertx).has(instanceId);
  }

  /**
   * A new link to an existing instance; the instance answers its commands once it is {@linkplain
   * InstanceLink#registered}.
   */
  public InstanceLink link(String instanceId, LinkListener listener) {
    InstanceLink link = new InstanceLink(this, newLinkId(), instanceId, listener);
    links.add(link);
    return link;
  }

  /** For a link whose numbers start at 1. */
  String newLinkId() {
    return id + "." + ++linksMade;
  }

  /**
   * Number of commands of all links that wait for an answer. Any thread; the value may be stale.
   */
  public int unacked() {
    return unacked;
  }

  void unacked(int more) {
    unacked += more;
  }

  /** Links that are open, or closed but not yet acknowledged by the instance. */
  public int links() {
    return links.size();
  }

  public void close() {
    vertx.cancelTimer(timer);
    for (InstanceLink link : List.copyOf(links)) {
      link.close();
      link.closeNow();
    }
  }

  GatewayConfig config() {
    return config;
  }

  Mailboxes mailboxes() {
    return mailboxes;
  }

  EventBus eventBus() {
    return vertx.eventBus();
  }

  int tick() {
    return tick;
  }

  void remove(InstanceLink link) {
    links.remove(link);
  }

  /**
   * The task runs after all sockets that were ready in this turn have been read, so one batch takes
   * all their messages.
   */
  void flushLater(InstanceLink link) {
    if (dirty.isEmpty()) {
      eventLoop.execute(this::flush);
    }
    dirty.add(link);
  }

  private void flush() {
    List<InstanceLink> flushing = dirty;
    dirty = new ArrayList<>(flushing.size());
    for (InstanceLink link : flushing) {
      link.flush();
    }
  }

  private void expire() {
    tick++;
    for (InstanceLink link : List.copyOf(links)) {
      link.expire(tick - TICKS_PER_TIMEOUT - 1);
      link.askAgain(tick - TICKS_TO_ASK_AGAIN);
    }
  }
}
