package io.mycelium.access.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Identity;
import io.mycelium.access.Revocation;
import io.mycelium.access.Revocations;
import io.mycelium.config.ConfigLoader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a token is found, over real requests. */
class TokenAuthenticatorTest {
  private final Vertx vertx = Vertx.vertx();
  private final Revocations revocations = new Revocations();

  /** Kept: Vert.x closes a client that nobody holds any more. */
  private final HttpClient client = vertx.createHttpClient();

  private HttpServer server;
  private String token;

  @BeforeEach
  void start() throws Exception {
    Map<String, String> variables = Map.of("MYCELIUM_ACCESS_SECRET", Signer.SECRET);
    AccessConfig config = new ConfigLoader(variables).load(null, Map.of()).access();
    TokenCheck check = TokenCheck.of(vertx, config, config.keySource());
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    new TokenAuthenticator(check, revocations, request.path().equals("/socket"))
                        .authenticate(request)
                        .onComplete(
                            identity -> request.response().end(String.valueOf(identity.userId())),
                            refused ->
                                request.response().setStatusCode(401).end(refused.getMessage())))
            .listen(0, "127.0.0.1")
            .await();
    token = Signer.of("HS256").token(claims().put("sub", "ada").put("jti", "t1"));
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void bearerIsTakenByBoth() {
    assertThat(get("/api", "Authorization", "Bearer " + token)).isEqualTo("200 ada");
    assertThat(get("/socket", "Authorization", "bearer " + token)).isEqualTo("200 ada");
  }

  @Test
  void upgradeTakesWhatABrowserCanSend() {
    String phoenix =
        "phoenix, base64url.bearer.phx." + Signer.base64(token.getBytes(StandardCharsets.US_ASCII));
    assertThat(get("/socket", "Sec-WebSocket-Protocol", phoenix)).isEqualTo("200 ada");
    assertThat(get("/socket?token=" + token, "X", "y")).isEqualTo("200 ada");
  }

  /** An address is kept in logs and histories, and a form of another site can send one. */
  @Test
  void requestTakesNoTokenFromItsAddress() {
    assertThat(get("/api?token=" + token, "X", "y")).startsWith("401 a token is needed");
    String phoenix = "base64url.bearer.phx.AAAA";
    assertThat(get("/api", "Sec-WebSocket-Protocol", phoenix)).startsWith("401 a token is needed");
  }

  @Test
  void whatCannotBeReadIsRefusedInWords() {
    assertThat(get("/api", "X", "y")).startsWith("401 a token is needed: Authorization: Bearer");
    assertThat(get("/api", "Authorization", "Basic YTpi"))
        .isEqualTo("401 Authorization is of another scheme, expected Bearer");
    assertThat(get("/api", "Authorization", "Bearer")).startsWith("401");
    assertThat(get("/api", "Authorization", "Bearer a b")).startsWith("401 the token is not");
    assertThat(get("/socket", "Sec-WebSocket-Protocol", "base64url.bearer.phx.!"))
        .contains("not base64url");
    assertThat(get("/socket?token=%ff%zz", "X", "y")).startsWith("401");
  }

  @Test
  void backEndHasNoSocket() throws Exception {
    String nobody = Signer.of("HS256").token(claims());
    assertThat(get("/api", "Authorization", "Bearer " + nobody)).isEqualTo("200 null");
    assertThat(get("/socket", "Authorization", "Bearer " + nobody))
        .isEqualTo("401 the token names no user (sub), expected one for a socket");
  }

  @Test
  void revokedTokenIsRefused() {
    revocations.add(new Revocation(null, "t1", null, Revocation.ANY_TIME, Identity.NEVER));
    assertThat(get("/api", "Authorization", "Bearer " + token))
        .isEqualTo("401 the token was revoked");
  }

  private String get(String path, String header, String value) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("127.0.0.1")
            .setPort(server.actualPort())
            .setURI(path)
            .putHeader(header, value);
    return client
        .request(options)
        .compose(request -> request.send().compose(TokenAuthenticatorTest::whole))
        .await();
  }

  /** At once, on the event loop: asked for later, the body may be gone. */
  private static Future<String> whole(HttpClientResponse response) {
    return response.body().map(body -> response.statusCode() + " " + body);
  }

  private static JsonObject claims() {
    return new JsonObject().put("instances", new JsonArray().add("chat"));
  }
}
