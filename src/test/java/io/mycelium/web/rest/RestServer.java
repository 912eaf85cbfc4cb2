package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Authenticator;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.web.WebConfig;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server with the REST interface on a free port, and a client for it that waits for each answer.
 */
final class RestServer implements AutoCloseable {
  static final int MAX_BODY_BYTES = 65_536;

  private final Vertx vertx;
  private final HttpServer server;
  private final HttpClient client;
  private final Contract contract;

  private RestServer(Vertx vertx, HttpServer server, Contract contract) {
    this.vertx = vertx;
    this.server = server;
    this.client = vertx.createHttpClient();
    this.contract = contract;
  }

  /** Starts the server in front of the directory service on this Vert.x. */
  static RestServer start(Vertx vertx, Authenticator authenticator) {
    WebConfig config =
        new WebConfig("127.0.0.1", 0, 1, "netty", 1 << 20, MAX_BODY_BYTES, 1000, List.of(), false);
    Contract contract = get(Contract.loaded());
    Router router = Router.router(vertx);
    Problems problems = new Problems(config.maxBodyBytes());
    problems.mount(router);
    new RestApi(
            vertx,
            contract,
            new InstanceDirectory(vertx),
            authenticator,
            config.maxBodyBytes(),
            new Transfers(http()))
        .mount(router);
    router.get("/broken").handler(ctx -> broken());
    HttpServer server =
        get(
            vertx
                .createHttpServer()
                .invalidRequestHandler(problems::answerInvalid)
                .requestHandler(router)
                .listen(0, "127.0.0.1"));
    return new RestServer(vertx, server, contract);
  }

  private static HttpConfig http() {
    HttpConfig d = HttpConfig.DEFAULT;
    return new HttpConfig(
        d.maxUriBytes(),
        d.maxHeaderBytes(),
        d.headerTimeout(),
        d.bodyTimeout(),
        d.idleTimeout(),
        d.maxExports(),
        d.maxImports(),
        MAX_BODY_BYTES);
  }

  private static void broken() {
    throw new IllegalStateException("the secret inside");
  }

  static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  int port() {
    return server.actualPort();
  }

  Contract contract() {
    return contract;
  }

  Answered send(String method, String path) {
    return send(method, path, null, "application/json");
  }

  Answered send(String method, String path, String body) {
    return send(method, path, body, "application/json");
  }

  Answered send(String method, String path, String body, String contentType) {
    Promise<Answered> answered = Promise.promise();
    // The whole exchange runs on an event loop: a response loses its body if the body is requested
    // a moment late.
    vertx.runOnContext(
        now ->
            client
                .request(HttpMethod.valueOf(method), port(), "127.0.0.1", path)
                .compose(request -> sent(request, body, contentType))
                .compose(RestServer::read)
                .onComplete(answered));
    return get(answered.future());
  }

  private static Future<HttpClientResponse> sent(
      HttpClientRequest request, String body, String contentType) {
    if (contentType != null) {
      request.putHeader("Content-Type", contentType);
    }
    return body == null ? request.send() : request.send(body);
  }

  private static Future<Answered> read(HttpClientResponse response) {
    return response
        .body()
        .map(body -> new Answered(response.statusCode(), response.headers(), body));
  }

  @Override
  public void close() {
    get(Future.all(client.close(), server.close()));
  }

  /** A whole answer. */
  record Answered(int status, MultiMap headers, Buffer body) {
    JsonObject json() {
      return body.toJsonObject();
    }

    /** The problem document, after a check that it is one for this status and code. */
    JsonObject problem(int expectedStatus, String code) {
      assertThat(body.toString()).contains("\"code\":\"" + code + "\"");
      assertThat(status).isEqualTo(expectedStatus);
      assertThat(headers.get("Content-Type")).isEqualTo("application/problem+json");
      JsonObject problem = json();
      assertThat(problem.getInteger("status")).isEqualTo(expectedStatus);
      assertThat(problem.getString("type")).isEqualTo("/problems/" + code);
      assertThat(problem.getString("title")).isNotBlank();
      assertThat(problem.getString("detail")).isNotBlank();
      return problem;
    }

    /** The one wrong value that the problem names. */
    JsonObject onlyError() {
      assertThat(json().getJsonArray("errors")).hasSize(1);
      return json().getJsonArray("errors").getJsonObject(0);
    }
  }
}
