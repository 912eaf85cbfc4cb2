package io.mycelium.web;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Authenticators;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.connection.ConnectionMeters;
import io.mycelium.connection.Hub;
import io.mycelium.connection.SocketConfig;
import io.mycelium.connection.SocketState;
import io.mycelium.limits.Places;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.page.ClientModule;
import io.mycelium.web.page.PageHeaders;
import io.mycelium.web.page.Pages;
import io.mycelium.web.rest.Contract;
import io.mycelium.web.rest.LastRequests;
import io.mycelium.web.rest.Problems;
import io.mycelium.web.rest.RestApi;
import io.mycelium.web.rest.TransferCodings;
import io.mycelium.web.rest.Transfers;
import io.mycelium.web.socket.SocketHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One event loop's part of the main port: REST, the upgrades, and the hub of its accepted sockets.
 */
public final class WebVerticle extends VerticleBase {
  private static final int BACKLOG = 8192;

  /** Vert.x binds all servers with the same negative number to one free port. */
  private static final int SHARED_FREE_PORT = -1;

  private final WebConfig config;
  private final SocketConfig socketConfig;
  private final GatewayConfig gatewayConfig;
  private final Contract contract;
  private final Transfers transfers;
  private final Authenticators authenticators;
  private final Places places;
  private final ConnectionMeters meters;
  private final Consumer<Router> routes;
  private HostGuard hosts = new HostGuard(AccessConfig.DEFAULT);
  private OriginGuard origins = new OriginGuard(AccessConfig.DEFAULT);
  private Hub hub;
  private Tls tls;
  private HttpServer server;
  private volatile int[] socketStates = new int[SocketState.values().length];

  /**
   * @param contract loaded once and shared by the node's web verticles
   * @param transfers shared by the node's web verticles, with the configuration of HTTP
   * @param places shared by the node's web verticles
   * @param routes mounts further routes of the main port
   */
  public WebVerticle(
      WebConfig config,
      SocketConfig socketConfig,
      GatewayConfig gatewayConfig,
      Contract contract,
      Transfers transfers,
      Authenticators authenticators,
      Places places,
      ConnectionMeters meters,
      Consumer<Router> routes) {
    this.config = config;
    this.socketConfig = socketConfig;
    this.gatewayConfig = gatewayConfig;
    this.contract = contract;
    this.transfers = transfers;
    this.authenticators = authenticators;
    this.places = places;
    this.meters = meters;
    this.routes = routes;
  }

  /** Sets which hosts and origins requests may have; to be called before the deployment. */
  public WebVerticle guarded(AccessConfig access) {
    hosts = new HostGuard(access);
    origins = new OriginGuard(access);
    return this;
  }

  /** Turns TLS on, unless the argument is null; to be called before the deployment. */
  public WebVerticle secured(Tls used) {
    tls = used;
    return this;
  }

  @Override
  public Future<?> start() {
    EventLoop eventLoop = ((ContextInternal) context).nettyEventLoop();
    String id = UUID.randomUUID().toString();
    hub =
        new Hub(
            vertx,
            eventLoop,
            id,
            socketConfig,
            gatewayConfig,
            config.maxMessageBytes(),
            places,
            authenticators,
            meters);
    Problems problems = new Problems(config.maxBodyBytes());
    LastRequests last = new LastRequests();
    TransferCodings codings = new TransferCodings(problems, last);
    SlowClients slow = new SlowClients(transfers.config(), problems, meters::requestAborted);
    vertx.setPeriodic(1000, ignored -> slow.tick());
    SocketHandler sockets =
        new SocketHandler(
            hub,
            config.trustedProxies(),
            authenticators.upgrades(),
            meters,
            (request, cause) -> problems.refuseUpgrade(request, cause, last),
            config.transport().equals("netty"),
            socketConfig);
    Router router = Router.router(vertx);
    PageHeaders.mount(router);
    problems.mount(router);
    new RestApi(
            vertx,
            contract,
            new InstanceDirectory(vertx),
            authenticators.requests(),
            config.maxBodyBytes(),
            transfers)
        .mount(router);
    routes.accept(router);
    ClientModule.mount(router);
    new Pages(vertx).mount(router);
    server = vertx.createHttpServer(options());
    server.invalidRequestHandler(
        request -> {
          // A connection that closes within a head makes an invalid request too.
          if (!(request.decoderResult().cause() instanceof PrematureChannelClosureException)) {
            meters.requestAborted("invalid");
          }
          problems.answerInvalid(request);
        });
    server.connectionHandler(slow::opened);
    server.requestHandler(
        request -> {
          slow.began(request);
          if (!last.isBehind(request)
              && !codings.refuses(request)
              && !isForeign(request, problems)
              && !origins.answers(request)
              && !sockets.handle(request)) {
            router.handle(request);
          }
        });
    return new RevocationFeed(vertx, authenticators.revocations(), hub)
        .start()
        .compose(known -> server.listen())
        .onSuccess(this::keepCertificate);
  }

  /**
   * Refuses a request for another host, or from a page of another origin; true if it was refused.
   */
  private boolean isForeign(HttpServerRequest request, Problems problems) {
    Refusal host = hosts.refusal(request);
    Refusal refusal = host == null ? origins.refusal(request) : host;
    if (refusal == null) {
      return false;
    }
    if (request.path() != null && request.path().startsWith("/socket/")) {
      meters.upgradeRefused(refusal.code().reason());
    }
    problems.refuse(request, refusal);
    return true;
  }

  private void keepCertificate(HttpServer listening) {
    if (tls != null) {
      tls.keep(listening);
    }
  }

  private HttpServerOptions options() {
    HttpServerOptions options = plainOptions();
    return tls == null ? options : tls.apply(options);
  }

  private HttpServerOptions plainOptions() {
    return new HttpServerOptions()
        .setHost(config.host())
        .setPort(config.port() == 0 ? SHARED_FREE_PORT : config.port())
        // HTTP/2 in clear text: no client of ours asks for it, and each thing it can do is one to
        // guard.
        .setHttp2ClearTextEnabled(false)
        .setMaxInitialLineLength(transfers.config().maxUriBytes())
        .setMaxHeaderSize(transfers.config().maxHeaderBytes())
        .setUseProxyProtocol(config.proxyProtocol())
        .setTcpNoDelay(true)
        .setAcceptBacklog(BACKLOG)
        // phoenix.js offers it together with its token; browsers drop a connection without an
        // answer.
        .setWebSocketSubProtocols(List.of("phoenix"))
        .setMaxWebSocketFrameSize(config.maxMessageBytes())
        .setMaxWebSocketMessageSize(config.maxMessageBytes())
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false);
  }

  /** The port that the server is bound to. */
  public int port() {
    return server.actualPort();
  }

  /** Number of commands that wait for an instance's answer. Any thread; the value may be stale. */
  public int unacked() {
    return hub == null ? 0 : hub.unacked();
  }

  /**
   * Number of sockets in each {@link SocketState}, by its ordinal, as counted after the previous
   * call; starts a new count. Any thread.
   */
  public int[] socketStates() {
    if (hub != null) {
      hub.execute(() -> socketStates = hub.states());
    }
    return socketStates;
  }

  public Hub hub() {
    return hub;
  }

  /** Runs on the hub's event loop; see {@link Hub#drain}. Any thread. */
  public Future<Void> drain(int batch, long intervalMs, long spreadMs) {
    Promise<Void> drained = Promise.promise();
    context.runOnContext(ignored -> hub.drain(batch, intervalMs, spreadMs).onComplete(drained));
    return drained.future();
  }

  @Override
  public Future<?> stop() {
    hub.close();
    return server.close();
  }
}
