package io.mycelium.cluster;

import io.mycelium.ops.ClusterFigures;
import io.mycelium.ops.Meters;
import io.mycelium.ops.SmallVertx;
import io.mycelium.ops.WatchedTransport;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import java.security.Security;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Vert.x of a node in a cluster. To start it is to join: a node that does not belong to the
 * cluster that it finds, or that nobody there answers, fails to start with the reason.
 *
 * @param membership who else is there
 * @param flow for what goes to other nodes
 */
public record ClusteredVertx(Vertx vertx, Membership membership, PeerFlow flow) {
  private static final Logger LOG = LoggerFactory.getLogger(ClusteredVertx.class);
  private static final String OURS = "io.mycelium.";
  private static final String BUS = "io.vertx.core.eventbus.impl.clustered.";
  private static final int REACH_TRIES = 10;
  private static final int PING_MS = 1000;
  private static final int CONNECT_MS = 1000;
  private static final int UNACKED_MS = 3000;

  /**
   * The transport for {@link #start}, which bounds the bus's frames.
   *
   * @param config whose bus it is
   */
  public static WatchedTransport transport(Meters meters, ClusterConfig config) {
    return WatchedTransport.of(meters, new FrameBound(config.port(), config.maxFrameBytes()));
  }

  /**
   * Blocks: it looks names up, reads files, and joins.
   *
   * @param nodeId of this node, made anew at each start
   * @param options of the Vert.x; what concerns the bus is set here
   * @param refused is told why this node does not belong to a cluster that its own was joined with
   *     later
   * @throws Refusal if an option or a file is wrong, or the node does not belong to the cluster
   */
  public static ClusteredVertx start(
      ClusterConfig config,
      ClusterIdentity identity,
      String nodeId,
      VertxOptions options,
      WatchedTransport transport,
      Meters meters,
      Consumer<String> refused) {
    // Else a name's addresses are kept for 30 s, longer than a pod takes to be replaced.
    Security.setProperty("networkaddress.cache.ttl", "3");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
    // What the engine says before it has read its own options.
    System.setProperty("hazelcast.logging.type", "slf4j");
    BusFiles files = files(config);
    Engine engine = new Engine(config, identity);
    Registrations registrations = new Registrations(engine.manager());
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions(options).setEventBusOptions(bus(config, nodeId, files)))
            .withTransport(transport)
            .withClusterManager(registrations)
            .buildClustered()
            .await();
    ClusterFigures figures = meters.cluster();
    vertx.exceptionHandler(failure -> onUncaught(failure, figures));
    Membership membership = new Membership(vertx, engine, registrations, nodeId, refused);
    SelfCheck check = new SelfCheck(vertx, registrations, membership, figures);
    PeerFlow flow = new PeerFlow(vertx, config, registrations.getNodeId(), membership, figures);
    Promise<ClusteredVertx> started = Promise.promise();
    enter(membership, check)
        .onSuccess(
            in -> {
              membership.listen(flow);
              flow.start();
              check.start();
              figures.gauges(
                  () -> membership.others().size() + 1,
                  flow::unacked,
                  () -> registrations.own().size());
              if (files != null) {
                BusTls.keep(vertx, config, files);
              }
              started.complete(new ClusteredVertx(vertx, membership, flow));
            })
        .onFailure(cause -> vertx.close().onComplete(closed -> started.fail(cause)));
    return started.future().await();
  }

  private static void onUncaught(Throwable failure, ClusterFigures figures) {
    if (isUnsent(failure)) {
      figures.unsent();
    } else {
      LOG.error("unhandled exception", failure);
    }
  }

  /**
   * Vert.x 5.0 throws for each message that it could not write to another node, since the promise
   * of its own that it fails then ({@code OutboundDeliveryContext}) says that it did not. A node
   * whose network is lost leaves a thousand, and the log of as many stack traces took seconds of
   * the failover. Whoever needs the message asks again.
   */
  private static boolean isUnsent(Throwable failure) {
    StackTraceElement[] stack = failure.getStackTrace();
    if (!(failure instanceof IllegalStateException)
        || stack.length == 0
        || !stack[0].getClassName().equals(Promise.class.getName())) {
      return false;
    }
    // The bus tells it later, or at once to who sends; a promise of ours has other frames.
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().startsWith(BUS)) {
        return true;
      }
      if (frame.getClassName().startsWith(OURS)) {
        return false;
      }
    }
    return true;
  }

  private static Future<Void> enter(Membership membership, SelfCheck check) {
    String why = membership.refusal();
    if (why != null) {
      return Future.failedFuture(new Refusal(ErrorCode.INVALID_CONFIG, why));
    }
    return check
        .answer()
        .compose(answering -> membership.start())
        .compose(known -> check.reach(REACH_TRIES))
        .compose(
            reached ->
                reached.isAlone()
                    ? Future.failedFuture(unheard(reached))
                    : Future.succeededFuture());
  }

  private static Refusal unheard(SelfCheck.Reached reached) {
    return new Refusal(
        ErrorCode.INVALID_CONFIG,
        "none of the "
            + reached.others()
            + " other nodes of the cluster answers on the bus, expected one at least:"
            + " cluster.tls_certificate must come from an authority in their cluster.tls_ca and"
            + " theirs from one in this node's (or none of them has TLS), and the ports of"
            + " cluster.port must be open between them");
  }

  private static BusFiles files(ClusterConfig config) {
    if (!config.isTls()) {
      LOG.warn(
          "cluster: the bus has no TLS (cluster.tls_certificate is empty): whoever reaches {} or"
              + " the port after it may read and send everything",
          config.own());
      return null;
    }
    return SmallVertx.during(reader -> BusFiles.read(reader, config));
  }

  /** Silence is noticed after two seconds at most; Vert.x's own figures make 40 s of it. */
  static EventBusOptions bus(ClusterConfig config, String nodeId, BusFiles files) {
    EventBusOptions bus =
        new EventBusOptions()
            .setHost(config.host())
            .setPort(config.port())
            .setClusterPublicHost(config.host())
            .setClusterPublicPort(config.port())
            .setClusterPingInterval(PING_MS)
            .setClusterPingReplyInterval(PING_MS)
            .setConnectTimeout(CONNECT_MS)
            .setTrustAll(false)
            .setClusterNodeMetadata(Membership.metadata(nodeId));
    bus.setTcpUserTimeout(UNACKED_MS);
    if (files != null) {
      files.apply(bus);
      bus.setClientAuth(ClientAuth.REQUIRED);
    }
    return bus;
  }
}
