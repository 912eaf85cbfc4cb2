package io.mycelium.cluster;

import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.ServerSSLOptions;
import java.lang.reflect.Field;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the certificates of the bus new: looks at the files every {@link
 * ClusterConfig#tlsReloadInterval}. Connections that are open keep the ones that they were opened
 * with. Runs on one event loop.
 */
final class BusTls {
  private static final Logger LOG = LoggerFactory.getLogger(BusTls.class);

  private final Vertx vertx;
  private final ClusterConfig config;
  private final NetServer server;
  private final NetClient client;
  private BusFiles used;
  private boolean looking;

  /** What was wrong with the files when they were read last, so that it is said once. */
  private String refused = "";

  private BusTls(
      Vertx vertx, ClusterConfig config, BusFiles used, NetServer server, NetClient client) {
    this.vertx = vertx;
    this.config = config;
    this.used = used;
    this.server = server;
    this.client = client;
  }

  /** From now on, with what the bus was started with. */
  static void keep(Vertx vertx, ClusterConfig config, BusFiles used) {
    LOG.info("cluster: TLS on the bus: {}", used);
    try {
      BusTls tls =
          new BusTls(
              vertx,
              config,
              used,
              (NetServer) field(vertx.eventBus(), "server"),
              (NetClient) field(vertx.eventBus(), "client"));
      vertx.setPeriodic(config.tlsReloadInterval().toMillis(), timer -> tls.look());
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("cluster: a renewed certificate of the bus needs a restart with this Vert.x: {}", e);
    }
  }

  /** Vert.x's bus can take new certificates at both ends and shows neither. */
  private static Object field(EventBus bus, String name) throws ReflectiveOperationException {
    Field field = bus.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(bus);
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    BusFiles before = used;
    vertx
        .executeBlocking(
            () -> before.areStill(config) ? before : BusFiles.read(vertx, config), false)
        .compose(read -> read == before ? Future.succeededFuture() : use(read))
        .onSuccess(done -> refused = "")
        .onFailure(this::refuse)
        .onComplete(done -> looking = false);
  }

  /** A certificate is there before its key, say: the next look sees both. */
  private void refuse(Throwable cause) {
    String why =
        cause instanceof Refusal
            ? cause.getMessage()
            : "Vert.x refuses them: " + cause.getMessage();
    if (!why.equals(refused)) {
      refused = why;
      LOG.warn("cluster: the files of the bus's TLS have changed and are not taken: {}", why);
    }
  }

  private Future<Void> use(BusFiles files) {
    ServerSSLOptions serving = new ServerSSLOptions();
    serving.setClientAuth(ClientAuth.REQUIRED);
    serving
        .setKeyCertOptions(files.pair())
        .setTrustOptions(files.authority())
        .setEnabledSecureTransportProtocols(BusFiles.PROTOCOLS);
    ClientSSLOptions calling = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
    calling
        .setKeyCertOptions(files.pair())
        .setTrustOptions(files.authority())
        .setEnabledSecureTransportProtocols(BusFiles.PROTOCOLS);
    return server
        .updateSSLOptions(serving)
        .compose(done -> client.updateSSLOptions(calling))
        .onSuccess(
            done -> {
              used = files;
              LOG.info("cluster: TLS on the bus, taken anew: {}", files);
            })
        .mapEmpty();
  }
}
