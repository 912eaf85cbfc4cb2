package io.mycelium.bench;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The server under load: where its sockets are, and its REST API. Any thread. */
final class Target {
  private static final int AT_ONCE = 16;
  private static final String INSTANCES = "/api/v1/instances";

  private final HttpClient client;
  private final String host;
  private final int port;
  private final boolean secure;
  private final String token;

  /**
   * @param url such as {@code http://localhost:4000}
   * @param token of a back end, which may create instances and join all rooms; null for none
   * @throws Refusal if the URL is none of a server
   */
  Target(Vertx vertx, String url, String token) {
    URI uri = uri(url);
    this.secure = "https".equals(uri.getScheme());
    this.host = uri.getHost();
    this.port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
    this.token = token;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setSsl(secure).setConnectTimeout(5000),
            new PoolOptions().setHttp1MaxSize(AT_ONCE));
  }

  private static URI uri(String url) {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw Refusal.of(ErrorCode.INVALID_CONFIG, "url", url, "http://HOST:PORT or https://HOST:PORT");
  }

  boolean isSecure() {
    return secure;
  }

  /** Whether many connections may come from several addresses of this machine. */
  boolean isOnLoopback() {
    return host.equals("localhost") || host.startsWith("127.");
  }

  /** Where the server's meters are by default, next to its main port; null beyond this machine. */
  String usualMetrics() {
    return isOnLoopback() ? "http://" + host + ":" + (port + 1) + "/metrics" : null;
  }

  /** A socket of an instance of Mycelium. */
  WebSocketConnectOptions socket(String instance, int user) {
    return socket("/socket/" + instance + "/websocket?vsn=2.0.0&userId=u" + user);
  }

  /** A socket at a path. */
  WebSocketConnectOptions socket(String path) {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setHost(host).setPort(port).setSsl(secure).setURI(path);
    if (token != null) {
      options.putHeader("Authorization", "Bearer " + token);
    }
    return options;
  }

  /** Makes the instances of a run. */
  Future<Void> create(Scenario scenario, List<String> ids) {
    return eachOf(
        ids,
        id ->
            request(HttpMethod.POST, INSTANCES, scenario.instance(id).toBuffer(), 201).mapEmpty());
  }

  Future<Void> delete(List<String> ids) {
    return eachOf(
        ids,
        id -> request(HttpMethod.DELETE, INSTANCES + "/" + id, Buffer.buffer(), 204).mapEmpty());
  }

  /**
   * Asks a server of another kind for something; fails unless it answers with 200 and an object.
   */
  Future<JsonObject> post(String path, JsonObject body) {
    return request(HttpMethod.POST, path, body.toBuffer(), 200).map(Buffer::toJsonObject);
  }

  private interface Work {
    Future<Void> on(String id);
  }

  private static Future<Void> eachOf(List<String> ids, Work work) {
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> lines = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      lines.add(line(ids, next, work));
    }
    return Future.all(lines).mapEmpty();
  }

  private static Future<Void> line(List<String> ids, AtomicInteger next, Work work) {
    int number = next.getAndIncrement();
    return number >= ids.size()
        ? Future.succeededFuture()
        : work.on(ids.get(number)).compose(done -> line(ids, next, work));
  }

  private Future<Buffer> request(HttpMethod method, String path, Buffer body, int expected) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setHost(host)
            .setPort(port)
            .setSsl(secure)
            .setURI(path)
            .putHeader("Content-Type", "application/json");
    if (token != null) {
      options.putHeader("Authorization", "Bearer " + token);
    }
    return client
        .request(options)
        .compose(
            request ->
                request.send(body).compose(response -> body(method, path, response, expected)));
  }

  /** Asked for at once, on the event loop of the request: later it may be gone. */
  private static Future<Buffer> body(
      HttpMethod method, String path, HttpClientResponse response, int expected) {
    return response.statusCode() == expected
        ? response.body()
        : response
            .body()
            .compose(
                text -> Future.failedFuture(refused(method, path, response.statusCode(), text)));
  }

  private static Refusal refused(HttpMethod method, String path, int status, Buffer body) {
    String words = body.toString();
    try {
      words = new JsonObject(body).getString("detail", words);
    } catch (RuntimeException noJson) {
      // As it is.
    }
    return new Refusal(
        ErrorCode.INVALID_CONFIG,
        method + " " + path + " was answered with " + status + ": " + words);
  }
}
