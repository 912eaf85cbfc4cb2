package io.mycelium.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.SessionCookie;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who has access to the pages and to the feed. */
class AccessTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String ALL = "{'sub':'ada','instances':['*'],'scope':'console'}";
  private static final String ADMIN = "{'sub':'ada','instances':['*'],'scope':'admin'}";

  /** Long enough to log in and connect on a busy machine. */
  private static final Duration BRIEF = Duration.ofSeconds(3);

  private final Tokens tokens = new Tokens();
  private TestNode node;

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  private void startOpen(boolean enabled) {
    node = TestNode.builder().console(new ConsoleConfig(enabled)).start();
  }

  private void startRequired() {
    node =
        TestNode.builder().console(ConsoleConfig.DEFAULT).authenticators(tokens.required()).start();
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, "", headers);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    return HTTP.send(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> logIn(String token, String... more)
      throws IOException, InterruptedException {
    String[] headers = new String[more.length + 2];
    headers[0] = "Content-Type";
    headers[1] = "application/x-www-form-urlencoded";
    System.arraycopy(more, 0, headers, 2, more.length);
    return send("POST", "/console/login", "token=" + token, headers);
  }

  /** The cookie, as a browser sends it back. */
  private String session(String claims) throws IOException, InterruptedException {
    return cookie(logIn(tokens.token(claims)));
  }

  private static String cookie(HttpResponse<String> loggedIn) {
    return loggedIn.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
  }

  @Test
  void nothingIsThereIfItIsOff() throws Exception {
    startOpen(false);
    for (String path :
        new String[] {
          "/console", "/console/node", "/console/app.js", "/console/uplot/uPlot.min.css"
        }) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
    assertThat(ConsoleSocket.refused(node.port())).isEqualTo(404);
  }

  @Test
  void inTheOpenModeThisMachineGetsInAndAProxyOnItDoesNot() throws Exception {
    startOpen(true);
    HttpResponse<String> page = get("/console");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).doesNotContain("log-out");
    assertThat(get("/console/app.js").statusCode()).isEqualTo(200);
    ConsoleSocket.connect(node.port()).close();
    for (String header : new String[] {"X-Forwarded-For", "X-Real-IP"}) {
      HttpResponse<String> refused = get("/console", header, "203.0.113.7");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("access.mode: required");
      assertThat(ConsoleSocket.refused(node.port(), header, "203.0.113.7")).isEqualTo(403);
    }
  }

  @Test
  void whereTokensAreAskedForEverythingButTheLogInIsClosed() throws Exception {
    startRequired();
    HttpResponse<String> page = get("/console", "Accept", "text/html");
    assertThat(page.statusCode()).isEqualTo(401);
    assertThat(page.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(page.body()).contains("<form");
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
    startRequired();
    String token = tokens.token(ALL, Duration.ofMinutes(5));
    HttpResponse<String> in = logIn(token);
    assertThat(in.statusCode()).isEqualTo(302);
    String cookie = in.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).contains("HTTPOnly", "SameSite=Strict", "Path=/;");
    int maxAge = Integer.parseInt(cookie.replaceAll(".*Max-Age=(\\d+).*", "$1"));
    assertThat(maxAge).isBetween(200, 310);
    String session = cookie.split(";", 2)[0];
    HttpResponse<String> page = get("/console", "Cookie", session);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("log-out").doesNotContain(token);
    assertThat(cookie).doesNotContain("Secure");
    HttpResponse<String> overTls = logIn(token, "Origin", "https://127.0.0.1:" + node.port());
    assertThat(overTls.headers().firstValue("Set-Cookie").orElseThrow()).contains("Secure");
    ConsoleSocket.connect(node.port(), "Cookie", session).close();
    ConsoleSocket.connect(node.port(), "Authorization", "Bearer " + token).close();
  }

  @Test
  void aTokenWithoutTheScopeOrThatIsNoneOpensNothingAndIsToldWhy() throws Exception {
    startRequired();
    HttpResponse<String> user = logIn(tokens.token("{'sub':'ada','instances':['*']}"));
    assertThat(user.statusCode()).isEqualTo(401);
    assertThat(user.body()).contains("it needs the scope console for instances *");
    HttpResponse<String> some = logIn(tokens.token(ADMIN.replace("*", "chat*")));
    assertThat(some.body()).contains("for instances *");
    HttpResponse<String> none = logIn("<script>x</script>");
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.body()).contains("role=\"alert\"").doesNotContain("<script>");
    HttpResponse<String> large = logIn("x".repeat(SessionCookie.MAX_LENGTH + 1));
    assertThat(large.body()).contains("3801 characters");
    for (HttpResponse<String> refused : List.of(user, some, none, large)) {
      assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void theSessionEndsWithItsTokenAndTheFeedWithIt() throws Exception {
    startRequired();
    String token = tokens.token(ALL, BRIEF);
    String session = cookie(logIn(token));
    try (ConsoleSocket feed = ConsoleSocket.connect(node.port(), "Cookie", session)) {
      feed.await("loaded");
      assertThat(feed.await("closed")).isEqualTo(1001);
      assertThat(get("/console", "Cookie", session).statusCode()).isEqualTo(401);
    }
  }

  @Test
  @Quiet
  void aRevocationClosesTheConsolesThatItIsAboutWithinASecond() throws Exception {
    startRequired();
    String eves = session("{'sub':'eve','instances':['*'],'scope':'console'}");
    String adas = "Bearer " + tokens.token(ADMIN);
    try (ConsoleSocket eve = ConsoleSocket.connect(node.port(), "Cookie", eves);
        ConsoleSocket ada = ConsoleSocket.connect(node.port(), "Authorization", adas)) {
      eve.await("loaded");
      ada.await("loaded");
      HttpResponse<String> made =
          send(
              "POST",
              "/api/v1/revocations",
              "{\"user\":\"eve\"}",
              "Content-Type",
              "application/json",
              "Authorization",
              adas);
      long told = System.nanoTime();
      assertThat(made.statusCode()).isEqualTo(201);
      assertThat(eve.await("closed")).isEqualTo(4003);
      assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(Duration.ofSeconds(1));
      assertThat(get("/console", "Cookie", eves).statusCode()).isEqualTo(401);
      node.create("{'id':'chat','type':'accumulative'}");
      ada.awaitRow("chat", row -> row != null);
    }
  }

  @Test
  void aPageOfAnotherSiteOpensNoFeedAndNoSession() throws Exception {
    startRequired();
    String session = session(ALL);
    String own = "http://127.0.0.1:" + node.port();
    for (String origin :
        new String[] {"https://evil.example", "null", "http://127.0.0.1:1", "no uri"}) {
      assertThat(ConsoleSocket.refused(node.port(), "Cookie", session, "Origin", origin))
          .as(origin)
          .isEqualTo(403);
      assertThat(logIn(tokens.token(ALL), "Origin", origin).statusCode()).as(origin).isEqualTo(403);
    }
    ConsoleSocket.connect(node.port(), "Cookie", session, "Origin", own).close();
    assertThat(logIn(tokens.token(ALL), "Origin", own).statusCode()).isEqualTo(302);
  }

  @Test
  void theCookieCountsForRestOnlyBesideWhatAForeignPageCannotSend() throws Exception {
    startRequired();
    node.create("{'id':'chat','type':'accumulative'}");
    String session = session(ADMIN);
    String path = "/api/v1/instances/chat";
    String[] proof = {"Cookie", session, "X-Requested-With", "mycelium"};
    assertThat(get(path, "Cookie", session).statusCode()).isEqualTo(401);
    assertThat(get(path, proof).statusCode()).isEqualTo(200);
    for (String site : new String[] {"same-site", "cross-site", "none"}) {
      assertThat(send("DELETE", path, "", with(proof, "Sec-Fetch-Site", site)).statusCode())
          .as(site)
          .isEqualTo(401);
    }
    assertThat(send("DELETE", path, "", with(proof, "Origin", "null")).statusCode()).isEqualTo(403);
    assertThat(send("DELETE", path, "", with(proof, "Sec-Fetch-Site", "same-origin")).statusCode())
        .isEqualTo(204);
  }

  @Test
  void loggingOutEndsTheSessionInTheBrowser() throws Exception {
    startRequired();
    HttpResponse<String> out = send("POST", "/console/logout", "", "Cookie", session(ALL));
    assertThat(out.statusCode()).isEqualTo(204);
    assertThat(out.headers().firstValue("Set-Cookie").orElseThrow())
        .contains(SessionCookie.NAME + "=;", "Max-Age=0");
    assertThat(get("/console/logout").statusCode()).isEqualTo(401);
  }

  private static String[] with(String[] headers, String name, String value) {
    String[] more = Arrays.copyOf(headers, headers.length + 2);
    more[headers.length] = name;
    more[headers.length + 1] = value;
    return more;
  }
}
