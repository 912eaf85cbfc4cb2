package io.mycelium.cluster;

import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's lease in the store and ends the leases of nodes that are silent. On the
 * cluster's event loop.
 *
 * <p>A node that cannot renew may have been declared dead without knowing it. While it still hears
 * the nodes that it heard at its last renewal, one of them would tell it; else it gives its
 * instances up once its lease is over.
 */
final class Lease {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  /** What follows from leases; on the cluster's event loop. */
  interface Listener {
    /** This node has ended another's lease. */
    void dead(String nodeId);

    /** Who has a lease, every now and then: what others were told may not have come here. */
    void members(List<NodeStore.Member> all);

    /** This node owns nothing any more; it joins again under another id. */
    void lost();
  }

  /** Between two looks at a node that has left the bus and whose lease is not overdue yet. */
  private static final long AGAIN_MS = 100;

  private final Vertx vertx;
  private final OwnContext context;
  private final ClusterConfig config;
  private final NodeStore store;
  private final Membership membership;
  private final Supplier<NodeStore.Load> load;
  private final LongSupplier clock;
  private final Listener listener;
  private Set<String> heard = Set.of();
  private long renewedAt;
  private boolean renewing;
  private boolean over;
  private boolean looking;

  /**
   * @param clock nanoseconds of whatever beginning
   */
  Lease(
      Vertx vertx,
      OwnContext context,
      ClusterConfig config,
      NodeStore store,
      Membership membership,
      Supplier<NodeStore.Load> load,
      LongSupplier clock,
      Listener listener) {
    this.vertx = vertx;
    this.context = context;
    this.config = config;
    this.store = store;
    this.membership = membership;
    this.load = load;
    this.clock = clock;
    this.listener = listener;
  }

  /** From now on; the node has joined the store. */
  void start() {
    renewed(clock.getAsLong());
    vertx.setPeriodic(config.renewEvery().toMillis(), ignored -> tick());
  }

  private void tick() {
    if (!renewing) {
      renew();
    }
    if (!over && clock.getAsLong() - renewedAt > config.lease().toNanos()) {
      over = true;
      LOG.warn("cluster: the lease could not be renewed for {}", config.lease());
    }
    if (over && !membership.others().containsAll(heard)) {
      lose("the lease is over, and nodes that could tell more are not heard");
    }
    if (!over) {
      look();
    }
  }

  /** Renews now, so that the others can know what this node carries; never fails. */
  Future<Void> tell() {
    return renew().otherwiseEmpty().mapEmpty();
  }

  private Future<Boolean> renew() {
    renewing = true;
    long began = clock.getAsLong();
    return context
        .here(store.renew(load.get()))
        .onComplete(
            done -> {
              renewing = false;
              if (done.succeeded() && done.result()) {
                renewed(began);
              } else if (done.succeeded()) {
                lose("another node has ended the lease");
              } else {
                LOG.debug("cluster: the lease is not renewed", done.cause());
              }
            });
  }

  private void renewed(long at) {
    if (over) {
      LOG.info("cluster: the lease is renewed again");
    }
    over = false;
    renewedAt = at;
    heard = membership.others();
  }

  /** Another node says that this one was declared dead. */
  void declaredDead() {
    lose("another node has ended the lease");
  }

  private void lose(String why) {
    LOG.warn("cluster: this node gives its instances up: {}", why);
    heard = Set.of();
    over = true;
    renewedAt = clock.getAsLong();
    listener.lost();
  }

  /** Joined again. */
  void regained() {
    renewed(clock.getAsLong());
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    context
        .here(store.nodes())
        .onComplete(
            done -> {
              looking = false;
              if (done.succeeded()) {
                listener.members(done.result());
                done.result().forEach(this::judge);
              }
            });
  }

  /** Two hints, or one that is sure: silence for a lease. */
  private void judge(NodeStore.Member member) {
    String id = member.node().id();
    if (id.equals(membership.ownId())) {
      return;
    }
    Duration silence = membership.isThere(id) ? config.lease() : missedOne();
    if (member.silent() > silence.toMillis()) {
      end(id, silence);
    }
  }

  private Duration missedOne() {
    return config.renewEvery().multipliedBy(3).dividedBy(2);
  }

  /**
   * A node has left the bus: looks at once, and again and again until its renewal is overdue, by
   * which time this node or another has ended its lease.
   */
  void left(String id) {
    lookUntilGone(id, missedOne().toMillis() / AGAIN_MS + 2);
  }

  private void lookUntilGone(String id, long more) {
    if (membership.isThere(id) || over) {
      return;
    }
    look();
    if (more > 0) {
      vertx.setTimer(AGAIN_MS, ignored -> lookUntilGone(id, more - 1));
    }
  }

  private void end(String id, Duration silence) {
    context
        .here(store.declareDead(id, silence))
        .onSuccess(
            ended -> {
              if (ended) {
                LOG.warn("cluster: node {} is dead: silent for more than {}", id, silence);
                listener.dead(id);
              }
            })
        .onFailure(cause -> LOG.debug("cluster: node {} is not declared dead", id, cause));
  }

  /** Ends the lease at a planned stop. */
  Future<Void> leave() {
    over = true;
    return context.here(store.leave());
  }
}
