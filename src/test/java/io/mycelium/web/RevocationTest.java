package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/v1/revocations}: what a revocation closes and refuses, and that it lasts. */
class RevocationTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final PhoenixSocket.Closed REVOKED =
      new PhoenixSocket.Closed(4003, "token_revoked");
  private final Tokens tokens = new Tokens();
  private final String root = tokens.token("{'sub':'root','instances':['*'],'scope':'admin'}");
  private int port;

  @AfterEach
  void close() {
    tokens.close();
  }

  private TestNode start() {
    TestNode node = TestNode.builder().eventLoops(2).authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative'}");
    port = node.port();
    return node;
  }

  private HttpResponse<String> send(String method, String path, String token, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json");
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void revoke(String rule) throws IOException, InterruptedException {
    HttpResponse<String> answer = send("POST", "/revocations", root, rule);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject(rule.replace('\'', '"')));
  }

  private PhoenixSocket connect(String token) {
    return PhoenixSocket.connect(port, "/socket/chat/websocket?vsn=2.0.0&token=" + token);
  }

  private int status(String token) throws IOException, InterruptedException {
    return send("GET", "/types", token, null).statusCode();
  }

  private static JsonObject claims(String token) {
    return new JsonObject(new String(Base64.getUrlDecoder().decode(token.split("\\.")[1])));
  }

  @Test
  @Quiet
  void socketsOfARevokedUserAreClosedOnAllEventLoopsAndOthersStay() throws Exception {
    try (TestNode node = start();
        PhoenixSocket bob = connect(tokens.user("bob"))) {
      String ada = tokens.user("ada");
      List<PhoenixSocket> sockets = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        sockets.add(connect(ada));
      }
      node.awaitConnections(13);
      revoke("{'user':'ada'}");
      long told = System.nanoTime();
      sockets.forEach(socket -> assertThat(socket.awaitClosed()).isEqualTo(REVOKED));
      assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(1));
      assertThat(bob.join("lobby").getString("status")).isEqualTo("ok");
      assertThat(status(ada)).isEqualTo(401);
      assertThat(status(tokens.user("ada"))).isEqualTo(401);
      assertThat(status(tokens.user("bob"))).isEqualTo(200);
    }
  }

  @Test
  void oneTokenIsRevokedByItsId() throws Exception {
    try (TestNode node = start()) {
      String first = tokens.user("ada");
      String second = tokens.user("ada");
      PhoenixSocket socket = connect(first);
      try (PhoenixSocket stays = connect(second)) {
        revoke("{'token':'" + claims(first).getString("jti") + "'}");
        assertThat(socket.awaitClosed()).isEqualTo(REVOKED);
        assertThat(stays.join("lobby").getString("status")).isEqualTo("ok");
        assertThat(status(first)).isEqualTo(401);
        assertThat(status(second)).isEqualTo(200);
        String frame = "[null,'2','phoenix','access_token',{'access_token':'" + first + "'}]";
        stays.send(frame);
        assertThat(stays.awaitReply("2").toString()).contains("unauthorized", "revoked");
      }
      assertThat(node.refusedUpgrade("chat")).isEqualTo(401);
    }
  }

  @Test
  void whoMayNotRevokeIsForbidden() throws Exception {
    try (TestNode node = start()) {
      assertThat(send("POST", "/revocations", tokens.user("ada"), "{'user':'bob'}").statusCode())
          .isEqualTo(403);
      String some = tokens.token("{'instances':['chat'],'scope':'admin'}");
      assertThat(send("POST", "/revocations", some, "{'user':'bob'}").statusCode()).isEqualTo(403);
      assertThat(send("GET", "/revocations", some, null).statusCode()).isEqualTo(403);
      assertThat(status(tokens.user("bob"))).isEqualTo(200);
      node.awaitConnections(0);
    }
  }

  @Test
  void tenantRevokesItsOwnTokensAndSeesItsOwnRevocations() throws Exception {
    try (TestNode node = start()) {
      String admin = tokens.ofTenant("acme", "{'instances':['*'],'scope':'admin'}");
      String user = "{'sub':'ada','instances':['*']}";
      assertThat(send("POST", "/revocations", admin, "{'user':'ada','tenant':'zeta'}").statusCode())
          .isEqualTo(403);
      assertThat(send("POST", "/revocations", admin, "{'user':'ada'}").body())
          .contains("\"tenant\":\"acme\"");
      assertThat(status(tokens.ofTenant("acme", user))).isEqualTo(401);
      assertThat(status(tokens.ofTenant("zeta", user))).isEqualTo(200);
      assertThat(status(tokens.user("ada"))).isEqualTo(200);
      revoke("{'user':'bob'}");
      revoke("{'user':'ada','tenant':'zeta'}");
      assertThat(status(tokens.ofTenant("zeta", user))).isEqualTo(401);
      assertThat(status(tokens.user("ada"))).isEqualTo(200);
      assertThat(send("GET", "/revocations", admin, null).body()).doesNotContain("bob", "zeta");
      assertThat(send("GET", "/revocations", root, null).body()).contains("bob", "zeta", "acme");
      node.awaitConnections(0);
    }
  }

  @Test
  void ruleThatNamesNothingIsRefusedInWords() throws Exception {
    try (TestNode node = start()) {
      HttpResponse<String> answer = send("POST", "/revocations", root, "{'until':5}");
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("token, user and issued_before");
      assertThat(send("POST", "/revocations", root, "{'usr':'x','user':'y'}").body())
          .contains("usr");
      node.awaitConnections(0);
    }
  }

  @Test
  void revocationsSurviveAKilledProcess(@TempDir Path folder) throws Exception {
    Map<String, String> environment =
        Map.of(
            "MYCELIUM_JOURNAL_URL",
            "jdbc:sqlite:" + folder.resolve("mycelium.db"),
            "MYCELIUM_ACCESS_MODE",
            "required",
            "MYCELIUM_ACCESS_SECRET",
            Tokens.SECRET);
    try (ServerProcess server = ServerProcess.start(environment)) {
      port = server.port();
      String chat = "{'id':'chat','type':'accumulative'}";
      assertThat(send("POST", "/instances", root, chat).statusCode()).isEqualTo(201);
      String ada = tokens.user("ada");
      PhoenixSocket socket = connect(ada);
      revoke("{'user':'ada','issued_before':" + (claims(ada).getLong("iat") + 1) + "}");
      assertThat(socket.awaitClosed()).isEqualTo(REVOKED);
      server.killAndRestart();
      assertThat(status(ada)).isEqualTo(401);
      try (PhoenixSocket bob = connect(tokens.user("bob"))) {
        assertThat(bob.join("lobby").getString("status")).isEqualTo("ok");
      }
      assertThat(
              new JsonObject(send("GET", "/revocations", root, null).body()).getJsonArray("items"))
          .hasSize(1)
          .allMatch(item -> ((JsonObject) item).getString("user").equals("ada"));
    }
  }
}
