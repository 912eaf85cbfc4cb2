package io.mycelium.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who has access to the pages and to the feed. */
class AccessTest {
  private static final String TOKEN = "correct horse battery";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private TestNode node;

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
  }

  private void start(boolean enabled, String token) {
    node = TestNode.builder().console(new ConsoleConfig(enabled, token)).start();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return HTTP.send(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> logIn(String token, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/console/login"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("token=" + token.replace(' ', '+')));
    return HTTP.send(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + node.port() + path);
  }

  @Test
  void nothingIsThereIfItIsOff() throws Exception {
    start(false, "");
    for (String path :
        new String[] {
          "/console", "/console/node", "/console/app.js", "/console/uplot/uPlot.min.css"
        }) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
    assertThat(ConsoleSocket.refused(node.port())).isEqualTo(404);
  }

  @Test
  void withoutATokenThisMachineGetsInAndAProxyOnItDoesNot() throws Exception {
    start(true, "");
    assertThat(get("/console").statusCode()).isEqualTo(200);
    assertThat(get("/console/app.js").statusCode()).isEqualTo(200);
    ConsoleSocket.connect(node.port()).close();
    for (String header : new String[] {"X-Forwarded-For", "X-Real-IP"}) {
      HttpResponse<String> refused = get("/console", header, "203.0.113.7");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("console.token");
      assertThat(ConsoleSocket.refused(node.port(), header, "203.0.113.7")).isEqualTo(403);
    }
  }

  @Test
  void withATokenEverythingButTheLogInIsClosed() throws Exception {
    start(true, TOKEN);
    HttpResponse<String> page = get("/console", "Accept", "text/html");
    assertThat(page.statusCode()).isEqualTo(401);
    assertThat(page.body()).contains("<form").doesNotContain(TOKEN);
    // With no-referrer Chromium would send "Origin: null" with the form, which log-in refuses.
    assertThat(page.headers().allValues("Referrer-Policy")).containsExactly("same-origin");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("form-action 'self'")
        .doesNotContain("unsafe");
    assertThat(get("/console/console.css").statusCode()).isEqualTo(200);
    assertThat(get("/console/app.js").statusCode()).isEqualTo(401);
    assertThat(ConsoleSocket.refused(node.port())).isEqualTo(401);
    assertThat(ConsoleSocket.refused(node.port(), "Authorization", "Bearer wrong")).isEqualTo(401);
  }

  @Test
  void theTokenOpensASessionForPagesAndFeed() throws Exception {
    start(true, TOKEN);
    HttpResponse<String> in = logIn(TOKEN);
    assertThat(in.statusCode()).isEqualTo(302);
    String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HTTPOnly", "SameSite=Lax", "Path=/console").doesNotContain(TOKEN);
    String session = cookie.split(";", 2)[0];
    assertThat(get("/console", "Cookie", session).statusCode()).isEqualTo(200);
    ConsoleSocket.connect(node.port(), "Cookie", session).close();
    ConsoleSocket.connect(node.port(), "Authorization", "Bearer " + TOKEN).close();
  }

  @Test
  void aWrongTokenOrAForgedSessionOpensNothing() throws Exception {
    start(true, TOKEN);
    HttpResponse<String> wrong = logIn(TOKEN + "x");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.headers().firstValue("Set-Cookie")).isEmpty();
    String genuine = new Access(new ConsoleConfig(true, TOKEN), () -> 0).session(false).getValue();
    String mac = genuine.substring(genuine.indexOf('.'));
    String other =
        new Access(new ConsoleConfig(true, "another token of 24 "), System::currentTimeMillis)
            .session(false)
            .getValue();
    for (String forged :
        new String[] {
          "", ".", "x.y", genuine, Long.MAX_VALUE / 10 + mac, other, "9".repeat(30) + mac
        }) {
      assertThat(get("/console", "Cookie", Access.COOKIE + "=" + forged).statusCode())
          .as(forged)
          .isEqualTo(401);
    }
  }

  @Test
  void aPageOfAnotherSiteOpensNoFeedAndNoSession() throws Exception {
    start(true, "");
    for (String origin :
        new String[] {"https://evil.example", "null", "http://127.0.0.1:1", "no uri"}) {
      assertThat(ConsoleSocket.refused(node.port(), "Origin", origin)).as(origin).isEqualTo(403);
    }
    ConsoleSocket.connect(node.port(), "Origin", "http://127.0.0.1:" + node.port()).close();
    node.close();
    start(true, TOKEN);
    for (String origin : new String[] {"https://evil.example", "null"}) {
      assertThat(logIn(TOKEN, "Origin", origin).statusCode()).as(origin).isEqualTo(403);
    }
    String own = "http://127.0.0.1:" + node.port();
    assertThat(logIn(TOKEN, "Origin", own).statusCode()).isEqualTo(302);
  }

  @Test
  void aShortTokenIsRefusedWithoutBeingShown() {
    assertThatThrownBy(() -> new ConsoleConfig(true, "tooshort"))
        .hasMessageContaining("console.token")
        .hasMessageContaining("8 characters")
        .hasMessageNotContaining("tooshort");
    assertThat(new ConsoleConfig(true, TOKEN).toString()).doesNotContain(TOKEN);
  }
}
