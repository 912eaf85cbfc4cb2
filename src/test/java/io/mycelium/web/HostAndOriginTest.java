package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.Mycelium;
import io.mycelium.config.ConfigLoader;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For whom a request may be meant, and whose pages may send it. */
class HostAndOriginTest {
  private static final String CHAT = "{\"id\":\"chat\",\"type\":\"accumulative\"}";
  private static final String APP = "https://app.example.com";
  private static final List<String> PATHS =
      List.of(
          "/", "/api/v1/instances", "/api/v1/nothing", "/console", "/console/feed", "/health/live");

  private final HttpClient http = HttpClient.newHttpClient();
  private Mycelium node;

  private void start(String... options) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "MYCELIUM_WEB_HOST", "127.0.0.1",
                "MYCELIUM_WEB_PORT", "0",
                "MYCELIUM_WEB_EVENT_LOOPS", "1",
                "MYCELIUM_JOURNAL_URL", "memory:",
                "MYCELIUM_WEB_MAX_CONNECTIONS", "1000",
                "MYCELIUM_OPS_MANAGEMENT_PORT", "0",
                "MYCELIUM_ACCESS_MODE", "open"));
    for (int i = 0; i < options.length; i += 2) {
      environment.put(options[i], options[i + 1]);
    }
    node =
        TestNode.await(Mycelium.start(new ConfigLoader(environment).load(null, Map.of()), false));
  }

  @AfterEach
  void stop() {
    TestNode.await(node.close());
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> create(String origin) throws Exception {
    return send(
        "POST", "/api/v1/instances", CHAT, "Content-Type", "application/json", "Origin", origin);
  }

  private boolean isThere() throws Exception {
    return send("GET", "/api/v1/instances", "").body().contains("\"id\":\"chat\"");
  }

  /** All that comes back for these lines, of which the server closes the connection. */
  private String raw(String... lines) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:4000",
        "192.0.2.1:4000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.evil.example",
        "[::1].evil",
        "0.0.0.0:4000",
        "[::]",
        "",
        "localhost@evil",
        "evil\t"
      })
  void theOpenModeServesNothingUnderANameThatIsNotThisMachines(String host) throws Exception {
    start();
    for (String path : PATHS) {
      String answer = raw("GET " + path + " HTTP/1.1", "Host: " + host);
      assertThat(answer).as(path).startsWith("HTTP/1.1 403");
      assertThat(answer).contains("\"code\":\"forbidden\"", "\"field\":\"Host\"");
    }
    String socket =
        raw(
            "GET /socket/chat/websocket?vsn=2.0.0 HTTP/1.1",
            "Host: " + host,
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(socket).startsWith("HTTP/1.1 403");
  }

  @Test
  void theNamesOfThisMachineAreServedAndTwoAreNone() throws Exception {
    start();
    for (String host :
        List.of(
            "localhost", "LocalHost:4000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:4000")) {
      assertThat(raw("GET /api/v1/types HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200");
    }
    assertThat(raw("GET /api/v1/types HTTP/1.0")).startsWith("HTTP/1.0 200");
    assertThat(raw("GET /api/v1/types HTTP/1.1", "Host: localhost", "Host: evil.example"))
        .startsWith("HTTP/1.1 4");
  }

  @Test
  void openToTheNetworkAnyNameIsServed() throws Exception {
    start("MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true");
    assertThat(raw("GET /api/v1/types HTTP/1.1", "Host: node.example")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example", "null", "http://localhost:PORT", "http://127.0.0.1",
            "http://127.0.0.1:1",
        "ftp://127.0.0.1:PORT", "http://127.0.0.1:PORT.evil.example", "http://x@127.0.0.1:PORT",
            "file://", ""
      })
  void aForeignPageIsRefusedBeforeAnythingIsDone(String given) throws Exception {
    start();
    String origin = given.replace("PORT", Integer.toString(node.port()));
    HttpResponse<String> refused = create(origin);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("\"code\":\"forbidden\"", "\"field\":\"Origin\"");
    assertThat(refused.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
    assertThat(isThere()).isFalse();
    for (String path : PATHS) {
      assertThat(send("GET", path, "", "Origin", origin).statusCode()).as(path).isEqualTo(403);
    }
    HttpResponse<String> preflight =
        send(
            "OPTIONS",
            "/api/v1/instances/chat",
            "",
            "Origin",
            origin,
            "Access-Control-Request-Method",
            "DELETE");
    assertThat(preflight.statusCode()).isEqualTo(403);
    assertThat(preflight.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
    assertThat(upgrade(origin)).startsWith("HTTP/1.1 403");
  }

  private String upgrade(String origin) throws IOException {
    return raw(
        "GET /socket/chat/websocket?vsn=2.0.0 HTTP/1.1",
        "Host: 127.0.0.1:" + node.port(),
        "Origin: " + origin,
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  }

  @Test
  void pagesOfTheServerItselfMayDoEverything() throws Exception {
    start();
    assertThat(create("http://127.0.0.1:" + node.port()).statusCode()).isEqualTo(201);
    // Through a proxy that ends TLS and passes Host on.
    String host = "Host: 127.0.0.1";
    assertThat(raw("GET /api/v1/types HTTP/1.1", host, "Origin: https://127.0.0.1"))
        .startsWith("HTTP/1.1 200");
    assertThat(raw("GET /api/v1/types HTTP/1.1", host + ":443", "Origin: https://127.0.0.1"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void aListedPageIsToldThatItMayAndNobodyElseIs() throws Exception {
    start("MYCELIUM_ACCESS_ALLOWED_ORIGINS", APP + ":443,http://other.example:8080");
    HttpResponse<String> preflight =
        send(
            "OPTIONS",
            "/api/v1/instances",
            "",
            "Origin",
            APP,
            "Access-Control-Request-Method",
            "POST",
            "Access-Control-Request-Headers",
            "authorization,content-type");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin")).contains(APP);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
        .contains("POST", "DELETE");
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
        .contains("authorization, content-type");
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    HttpResponse<String> created = create(APP);
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.headers().firstValue("Access-Control-Allow-Origin")).contains(APP);
    assertThat(created.headers().allValues("Vary")).contains("Origin");
    HttpResponse<String> wrong = send("GET", "/api/v1/nothing", "", "Origin", APP);
    assertThat(wrong.statusCode()).isEqualTo(404);
    assertThat(wrong.headers().firstValue("Access-Control-Allow-Origin")).contains(APP);
    assertThat(create("https://evil.example").statusCode()).isEqualTo(403);
    assertThat(create("http://other.example").statusCode()).isEqualTo(403);
    HttpResponse<String> own = send("GET", "/", "");
    assertThat(own.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(own.headers().allValues("Vary")).contains("Origin", "Accept-Encoding");
  }

  @Test
  void theClientsModuleIsForAllPagesToRead() throws Exception {
    start();
    HttpResponse<String> module =
        send("GET", "/client/mycelium.js", "", "Origin", "https://evil.example");
    assertThat(module.statusCode()).isEqualTo(200);
    assertThat(module.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(send("POST", "/client/mycelium.js", "", "Origin", APP).statusCode()).isEqualTo(403);
  }
}
