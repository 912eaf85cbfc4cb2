package io.mycelium.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.sun.net.httpserver.HttpServer;
import io.mycelium.Mycelium;
import io.mycelium.config.ConfigLoader;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of another origin can do to a node from a real browser: nothing, unless listed. */
class ForeignPageTest {
  /** Everything that a page may send without asking first, and what it must ask for. */
  private static final String ATTACK =
      """
      async node => {
        const api = node + '/api/v1', chat = api + '/instances/chat', credentials = 'include';
        const spec = JSON.stringify({id: 'evil', type: 'accumulative'});
        const tell = answer => answer.then(a => a.type === 'opaque' ? 'opaque' : 'answered ' + a.status, () => 'failed');
        const post = more => ({method: 'POST', credentials, ...more});
        const socket = path => new Promise(done => {
          const ws = new WebSocket(node.replace('http', 'ws') + path);
          ws.onopen = () => done('open');
          ws.onerror = () => done('refused');
        });
        const outcomes = {
          json: await tell(fetch(api + '/instances', post({headers: {'content-type': 'application/json'}, body: spec}))),
          proof: await tell(fetch(chat + '/restart', post({headers: {'x-requested-with': 'mycelium'}}))),
          text: await tell(fetch(api + '/instances', post({mode: 'no-cors', body: spec}))),
          restart: await tell(fetch(chat + '/restart', post({mode: 'no-cors'}))),
          remove: await tell(fetch(chat, {method: 'DELETE', credentials})),
          read: await tell(fetch(api + '/instances', {credentials})),
          socket: await socket('/socket/chat/websocket?vsn=2.0.0'),
          feed: await socket('/console/feed'),
          beacon: navigator.sendBeacon(chat + '/restart', 'x'),
        };
        return outcomes;
      }""";

  private static final String FORM =
      """
      ([action, enctype]) => {
        const frame = Object.assign(document.createElement('iframe'), {name: enctype});
        const form = document.createElement('form');
        Object.assign(form, {method: 'post', enctype, action, target: enctype});
        document.body.append(frame, form);
        form.submit();
      }""";

  private static final String USE =
      """
      async ([node, token]) => {
        const headers = {'content-type': 'application/json', authorization: `Bearer ${token}`};
        const body = JSON.stringify({id: 'mine', type: 'accumulative'});
        const created = await fetch(node + '/api/v1/instances', {method: 'POST', headers, body});
        const {connect} = await import(node + '/client/mycelium.js');
        const socket = connect(node + '/socket/mine', {params: {token}});
        const {seq} = await socket.join('lobby').pushOnce({text: 'hi'});
        socket.close();
        return [created.status, created.headers.get('location'), seq];
      }""";

  @RegisterExtension final Chromium chromium = new Chromium();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Tokens tokens = new Tokens();
  private final String admin = tokens.token("{'sub':'root','instances':['*'],'scope':'admin'}");
  private HttpServer pages;
  private Mycelium node;

  @BeforeEach
  void servePages() throws IOException {
    byte[] page = "<!doctype html><title>Foreign</title><body>".getBytes(StandardCharsets.UTF_8);
    pages = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    pages.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    pages.start();
  }

  @AfterEach
  void stop() {
    pages.stop(0);
    TestNode.await(node.close());
    tokens.close();
  }

  private void start(String... options) throws Exception {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "MYCELIUM_WEB_HOST", "127.0.0.1",
                "MYCELIUM_WEB_PORT", "0",
                "MYCELIUM_WEB_MAX_CONNECTIONS", "1000",
                "MYCELIUM_JOURNAL_URL", "memory:",
                "MYCELIUM_OPS_MANAGEMENT_PORT", "0",
                "MYCELIUM_ACCESS_SECRET", Tokens.SECRET));
    for (int i = 0; i < options.length; i += 2) {
      environment.put(options[i], options[i + 1]);
    }
    node =
        TestNode.await(Mycelium.start(new ConfigLoader(environment).load(null, Map.of()), false));
    send("POST", "/instances", "{\"id\":\"chat\",\"type\":\"accumulative\"}");
  }

  private String send(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(own() + "/api/v1" + path))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + admin)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private String own() {
    return "http://127.0.0.1:" + node.port();
  }

  private Window open(String host) {
    Window window =
        chromium.open(pages.getAddress().getPort(), "/", View.DESKTOP_LIGHT).expect(".*");
    window.page().navigate(foreign(host));
    return window;
  }

  private String foreign(String host) {
    return "http://" + host + ":" + pages.getAddress().getPort();
  }

  private void attackFails(Page page) throws Exception {
    assertThat(outcomes(page))
        .containsEntry("json", "failed")
        .containsEntry("proof", "failed")
        .containsEntry("remove", "failed")
        .containsEntry("read", "failed")
        .containsEntry("socket", "refused")
        .containsEntry("feed", "refused");
    String restart = own() + "/api/v1/instances/chat/restart";
    for (String enctype :
        List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")) {
      Response refused =
          page.waitForResponse(restart, () -> page.evaluate(FORM, new Object[] {restart, enctype}));
      assertThat(refused.status()).as(enctype).isEqualTo(403);
    }
    assertThat(new JsonObject(send("GET", "/instances", "")).getJsonArray("items")).hasSize(1);
    JsonObject restarts = new JsonObject(send("GET", "/instances/chat/restarts", ""));
    assertThat(restarts.getJsonArray("items", new JsonArray())).as(restarts.encode()).isEmpty();
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> outcomes(Page page) {
    return (Map<String, Object>) page.evaluate(ATTACK, own());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void aPageOfAnotherOriginChangesAndReadsNothingInTheOpenMode(String host) throws Exception {
    start("MYCELIUM_ACCESS_MODE", "open");
    Window window = open(host);
    attackFails(window.page());
    assertThat(window.page().title()).isEqualTo("Foreign");
  }

  /** To a browser another port of the same host is of the same site, so the cookie goes along. */
  @Test
  void norWithTheSessionOfAnOperatorWhoIsLoggedIn() throws Exception {
    start();
    Window window = open("127.0.0.1");
    Page page = window.page();
    page.navigate(own() + "/console");
    page.getByLabel("Token", new Page.GetByLabelOptions().setExact(true)).fill(admin);
    page.getByText("Log in", new Page.GetByTextOptions().setExact(true)).click();
    assertThat(page.getByText("Live")).isVisible();
    page.navigate(foreign("127.0.0.1"));
    attackFails(page);
    page.navigate(own() + "/console");
    assertThat(page.getByText("Live")).isVisible();
  }

  @Test
  void aListedPageUsesRestAndSocketsWithItsTokenAndNobodysSession() throws Exception {
    start("MYCELIUM_ACCESS_ALLOWED_ORIGINS", foreign("127.0.0.1"));
    Page page = open("127.0.0.1").page();
    assertThat(page.evaluate(USE, new Object[] {own(), admin}))
        .asList()
        .containsExactly(201, "/api/v1/instances/mine", 1);
    send("DELETE", "/instances/mine", "");
    page.navigate(foreign("localhost"));
    attackFails(page);
  }
}
