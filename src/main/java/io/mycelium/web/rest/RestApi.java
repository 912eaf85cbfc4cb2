package io.mycelium.web.rest;

import io.mycelium.access.Action;
import io.mycelium.access.Authenticator;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.RevocationDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.page.Asset;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The REST interface: {@code /api/v1} as defined by the contract, and the contract itself at {@code
 * /openapi.yaml}.
 */
public final class RestApi {
  static final String BASE_PATH = "/api/v1";

  static final String ROUTE = "mycelium.route";

  static final String IDENTITY = "mycelium.identity";

  private final Vertx vertx;
  private final Contract contract;
  private final Authenticator authenticator;
  private final int maxBodyBytes;
  private final Transfer transfer;
  private final Map<String, Function<ApiRequest, Future<Answer>>> operations;

  /**
   * @param maxBodyBytes largest body of a request, except an import's
   * @param transfers the node's exports and imports
   */
  public RestApi(
      Vertx vertx,
      Contract contract,
      InstanceDirectory directory,
      Authenticator authenticator,
      int maxBodyBytes,
      Transfers transfers) {
    this.vertx = vertx;
    this.contract = contract;
    this.authenticator = authenticator;
    this.maxBodyBytes = maxBodyBytes;
    this.operations = operations(vertx, directory);
    this.transfer = new Transfer(directory, contract, BASE_PATH, transfers);
  }

  private static Map<String, Function<ApiRequest, Future<Answer>>> operations(
      Vertx vertx, InstanceDirectory directory) {
    InstanceOperations instances = new InstanceOperations(directory, BASE_PATH);
    RoomOperations rooms = new RoomOperations(directory, BASE_PATH);
    NodeOperations nodes = new NodeOperations(directory);
    RevocationOperations revocations = new RevocationOperations(new RevocationDirectory(vertx));
    return Map.ofEntries(
        Map.entry("createInstance", instances::createInstance),
        Map.entry("listInstances", instances::listInstances),
        Map.entry("getInstance", instances::getInstance),
        Map.entry("deleteInstance", instances::deleteInstance),
        Map.entry("restartInstance", instances::restartInstance),
        Map.entry("getStats", instances::getStats),
        Map.entry("listRestarts", instances::listRestarts),
        Map.entry("listTypes", instances::listTypes),
        Map.entry("getRoom", rooms::getRoom),
        Map.entry("putRoom", rooms::putRoom),
        Map.entry("deleteRoom", rooms::deleteRoom),
        Map.entry("listEntries", rooms::listEntries),
        Map.entry("getState", rooms::getState),
        Map.entry("sendMessage", rooms::sendMessage),
        Map.entry("moveInstance", nodes::moveInstance),
        Map.entry("listNodes", nodes::listNodes),
        Map.entry("drainNode", nodes::drainNode),
        Map.entry("resumeNode", nodes::resumeNode),
        Map.entry("createRevocation", revocations::createRevocation),
        Map.entry("listRevocations", revocations::listRevocations));
  }

  /**
   * Adds the routes to the router of the main port; {@link Problems} must be mounted on it as well.
   */
  public void mount(Router router) {
    router.get("/openapi.yaml").method(HttpMethod.HEAD).handler(this::document);
    router.route(BASE_PATH + "/*").handler(this::identify);
    transfer.mount(router);
    router.route(BASE_PATH + "/*").handler(this::requireJson);
    router.route(BASE_PATH + "/*").subRouter(contractRouter());
    router.route(BASE_PATH + "/*").handler(this::notInContract);
  }

  private Router contractRouter() {
    Set<String> described =
        contract.openApi().operations().stream()
            .map(Operation::getOperationId)
            .collect(Collectors.toSet());
    described.removeAll(Transfer.OPERATIONS);
    if (!described.equals(operations.keySet())) {
      throw new IllegalStateException(
          "openapi.yaml has " + described + ", the code has " + operations.keySet());
    }
    RouterBuilder builder = RouterBuilder.create(vertx, contract.openApi());
    builder.rootHandler(BodyHandler.create(false).setBodyLimit(maxBodyBytes));
    for (Operation operation : contract.openApi().operations()) {
      if (Transfer.OPERATIONS.contains(operation.getOperationId())) {
        builder.getRoute(operation.getOperationId()).addHandler(RoutingContext::next);
        continue;
      }
      Function<ApiRequest, Future<Answer>> function = operations.get(operation.getOperationId());
      RequestCheck check = new RequestCheck(contract, operation);
      Action action = action(operation.getOperationId());
      builder
          .getRoute(operation.getOperationId())
          .setDoValidation(false)
          .addHandler(
              ctx ->
                  run(ctx.put(ROUTE, operation.getAbsoluteOpenAPIPath()), action, check, function));
    }
    return builder.createRouter();
  }

  /** Each operation has been decided about, so that none is open because it was forgotten. */
  static Action action(String operationId) {
    Action action = Action.ofOperation(operationId);
    if (action == null) {
      throw new IllegalStateException(
          "operation " + operationId + " has no action, expected one of its own in Action");
    }
    return action;
  }

  /** Path template of the operation that answered, for metrics; null if none did. */
  public static String route(RoutingContext ctx) {
    return ctx.get(ROUTE);
  }

  private static void run(
      RoutingContext ctx,
      Action action,
      RequestCheck check,
      Function<ApiRequest, Future<Answer>> function) {
    check
        .check(ctx, ctx.get(IDENTITY))
        .map(request -> request.permitted(action))
        .compose(function)
        .onComplete(answer -> answer.write(ctx.response()), ctx::fail);
  }

  private void identify(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (hasBody(request)) {
      // The request is paused while the authenticator works; the body handler resumes it.
      request.pause();
    }
    authenticator
        .authenticate(request)
        .onComplete(
            identity -> {
              ctx.put(IDENTITY, identity);
              ctx.next();
            },
            ctx::fail);
  }

  /**
   * The same test as Vert.x's BodyHandler: HTTP/2 does not say in its headers whether there is a
   * body.
   */
  private static boolean hasBody(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_2
        || request.headers().contains(HttpHeaders.CONTENT_LENGTH)
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  private void requireJson(RoutingContext ctx) {
    Operation operation =
        contract.openApi().findOperation(ctx.normalizedPath(), ctx.request().method());
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (operation == null || operation.getRequestBody() == null || isJson(type)) {
      ctx.next();
    } else {
      String given = type == null ? "absent" : type;
      ctx.fail(
          Refusal.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Type", given, "application/json"));
    }
  }

  /**
   * The charset parameter has no meaning for JSON (RFC 8259 section 11), so all parameters are
   * accepted.
   */
  private static boolean isJson(String contentType) {
    return contentType != null
        && contentType.split(";", 2)[0].strip().equalsIgnoreCase("application/json");
  }

  private void notInContract(RoutingContext ctx) {
    Path path = contract.openApi().findPath(ctx.normalizedPath());
    if (path == null) {
      ctx.fail(404);
      return;
    }
    TreeSet<String> methods =
        path.getOperations().stream()
            .map(operation -> operation.getHttpMethod().name())
            .collect(Collectors.toCollection(TreeSet::new));
    ctx.response().putHeader(HttpHeaders.ALLOW, String.join(", ", methods));
    ctx.fail(405);
  }

  private void document(RoutingContext ctx) {
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml");
    Asset.end(ctx, contract.text());
  }
}
