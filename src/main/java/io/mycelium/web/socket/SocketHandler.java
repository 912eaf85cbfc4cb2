package io.mycelium.web.socket;

import io.mycelium.access.Authenticator;
import io.mycelium.connection.ConnectionMeters;
import io.mycelium.connection.Hub;
import io.mycelium.connection.Permit;
import io.mycelium.connection.SocketConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.protocol.Serializer;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code GET /socket/:id[/websocket]}: admits a connection and hands its socket to the hub, or
 * refuses it while it is still an HTTP request. Runs before the router, whose wrappers would hide
 * the socket's pipeline.
 */
public final class SocketHandler {
  private static final Pattern PATH = Pattern.compile("/socket/([A-Za-z0-9_-]{1,64})(/websocket)?");

  /** RFC 6455. */
  private static final String VERSION = "13";

  private static final String EXTENSIONS = "Sec-WebSocket-Extensions";

  private final Hub hub;
  private final ClientAddresses addresses;
  private final Authenticator authenticator;
  private final ConnectionMeters meters;
  private final BiConsumer<HttpServerRequest, Throwable> refusals;
  private final boolean netty;
  private final int maxPendingBytes;
  private final WriteBufferWaterMark budget;

  /** Null without compression. */
  private final Inflation inflation;

  /**
   * @param trustedProxies networks whose {@code X-Forwarded-For} is believed
   * @param refusals answers a request that is not upgraded
   * @param netty whether frames bypass Vert.x, with {@link NettyTransport}
   * @param config of the sockets
   */
  public SocketHandler(
      Hub hub,
      List<String> trustedProxies,
      Authenticator authenticator,
      ConnectionMeters meters,
      BiConsumer<HttpServerRequest, Throwable> refusals,
      boolean netty,
      SocketConfig config) {
    this.hub = hub;
    this.addresses = new ClientAddresses(trustedProxies);
    this.authenticator = authenticator;
    this.meters = meters;
    this.refusals = refusals;
    this.netty = netty;
    this.maxPendingBytes = config.maxPendingBytes();
    this.budget = new WriteBufferWaterMark(maxPendingBytes / 2, maxPendingBytes);
    this.inflation = config.compression() ? new Inflation(meters) : null;
  }

  /** As in Phoenix, the last value counts. */
  private static String last(List<String> values) {
    return values.isEmpty() ? null : values.get(values.size() - 1);
  }

  /** Handles the request if it asks for a socket; false leaves it to the router. */
  public boolean handle(HttpServerRequest request) {
    if (request.method() != HttpMethod.GET || !request.path().startsWith("/socket/")) {
      return false;
    }
    Matcher path = PATH.matcher(request.path());
    String upgrade = request.getHeader(HttpHeaders.UPGRADE);
    String version;
    try {
      version = last(request.params().getAll("vsn"));
    } catch (IllegalArgumentException e) {
      refuse(request, new Refusal(ErrorCode.BAD_REQUEST, "the query is not percent-encoded UTF-8"));
      return true;
    }
    Serializer serializer = Serializer.forVersion(version);
    if (!path.matches()) {
      refuse(
          request,
          new Refusal(ErrorCode.UNKNOWN_INSTANCE, "there is no instance at " + request.path()));
    } else if (!"websocket".equalsIgnoreCase(upgrade)) {
      refuse(request, Refusal.of(ErrorCode.BAD_REQUEST, "Upgrade", upgrade, "websocket"));
    } else if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))) {
      // Drafts before it have other frames, which Netty would still read.
      request.response().putHeader("Sec-WebSocket-Version", VERSION);
      String given = request.getHeader("Sec-WebSocket-Version");
      refuse(request, Refusal.of(ErrorCode.BAD_REQUEST, "Sec-WebSocket-Version", given, VERSION));
    } else if (serializer == null) {
      refuse(request, Refusal.of(ErrorCode.BAD_REQUEST, "vsn", version, "1.0.0 or 2.0.0"));
    } else if (hasBody(request)) {
      // Vert.x would wait for its end, and hold what the instance gave, for as long as it likes.
      refuse(request, new Refusal(ErrorCode.BAD_REQUEST, "an upgrade has a body, expected none"));
    } else {
      admit(request, path.group(1), serializer);
    }
    return true;
  }

  private void admit(HttpServerRequest request, String instance, Serializer serializer) {
    String address = addresses.of(request);
    Refusal tooOften = hub.knock(address);
    if (tooOften != null) {
      refuse(request, tooOften);
      return;
    }
    request.pause();
    authenticator
        .authenticate(request)
        .compose(identity -> hub.admit(instance, identity, address))
        .onSuccess(permit -> upgrade(request, permit, serializer))
        .onFailure(cause -> refuse(request, cause));
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null && !length.equals("0")
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  private void refuse(HttpServerRequest request, Throwable cause) {
    meters.upgradeRefused(
        cause instanceof Refusal refusal ? refusal.code().reason() : ErrorCode.INTERNAL.reason());
    refusals.accept(request, cause);
  }

  private void upgrade(HttpServerRequest request, Permit permit, Serializer serializer) {
    InflateGate gate = inflation == null ? null : negotiate(request);
    request
        .toWebSocket()
        .onSuccess(socket -> accept(socket, permit, serializer, gate))
        .onFailure(cause -> permit.abandon());
  }

  /** Answers an offer of compression; null if there is none that can be met. */
  private InflateGate negotiate(HttpServerRequest request) {
    String answer = CompressionOffer.answer(request.headers().getAll(EXTENSIONS));
    if (answer == null) {
      return null;
    }
    request.response().putHeader(EXTENSIONS, answer);
    return inflation.gate();
  }

  private void accept(
      ServerWebSocket socket, Permit permit, Serializer serializer, InflateGate gate) {
    if (netty) {
      takeOver(socket, permit, serializer, gate);
    } else {
      VertxTransport transport =
          VertxTransport.install(socket, permit.maxMessageBytes(), maxPendingBytes);
      transport.start(permit.accept(serializer, transport));
    }
  }

  /**
   * Nothing is read until the pipeline is changed, which is possible only after Vert.x has finished
   * the handshake.
   */
  private void takeOver(
      ServerWebSocket socket, Permit permit, Serializer serializer, InflateGate gate) {
    Channel channel = ((WebSocketInternal) socket).channelHandlerContext().channel();
    channel.config().setAutoRead(false);
    channel
        .eventLoop()
        .execute(
            () -> {
              if (!channel.isActive()) {
                permit.abandon();
                return;
              }
              NettyTransport transport =
                  NettyTransport.install(socket, permit.maxMessageBytes(), budget, gate);
              transport.start(permit.accept(serializer, transport), permit.waiting(), gate);
            });
  }
}
