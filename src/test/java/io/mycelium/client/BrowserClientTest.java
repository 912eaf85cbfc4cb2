package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code /client/mycelium.js} in Chromium: two pages, and a server that is restarted under them.
 */
class BrowserClientTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private static final String JOIN =
      """
      async user => {
        const {connect} = await import('/client/mycelium.js');
        const socket = connect('/socket/chat', {params: {userId: user}, backoff: {base: 100, cap: 300}});
        const room = socket.join('general');
        const app = window.app = {socket, room, seen: [], statuses: []};
        socket.on('status', status => app.statuses.push(status));
        room.on('state', ({seq}) => app.seen.push(`state ${seq}`));
        room.on('msg', ({data, seq}) => app.seen.push(`${seq} ${data.state[seq].payload.text}`));
        room.on('binary', ({seq, payload}) => app.seen.push(`${seq} ${payload.join()}`));
        await room.joined;
      }\
      """;

  private TestNode node;

  @BeforeEach
  void startNode() {
    start(0);
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  private void start(int port) {
    node = TestNode.builder().port(port).start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
  }

  @Test
  void twoPagesTalkAndGoOnAfterARestartOfTheServer() {
    Window ada = open("ada");
    Window bob = open("bob");
    awaitTrue(bob, "() => app.room.presence.size === 2");
    assertThat(ada.page().evaluate("() => app.room.push({text: 'hi'})"))
        .isEqualTo(Map.of("seq", 1));
    assertThat(ada.page().evaluate("() => app.room.pushOnce({text: 'once'})"))
        .isEqualTo(Map.of("seq", 2));
    ada.page().evaluate("() => app.room.push(Uint8Array.of(1, 2, 3))");
    awaitSeen(ada, 4);
    awaitSeen(bob, 4);
    List<String> expected = List.of("state 0", "1 hi", "2 once", "3 1,2,3");
    assertThat(seen(ada)).isEqualTo(expected);
    assertThat(seen(bob)).isEqualTo(expected);
    int port = node.port();
    node.close();
    awaitTrue(ada, "() => app.socket.status === 'reconnecting'");
    ada.page().evaluate("() => { app.waiting = app.room.pushOnce({text: 'while it was away'}); }");
    start(port);
    ada.page().evaluate("() => app.waiting");
    awaitSeen(ada, 6);
    assertThat(seen(ada).subList(4, 6)).containsExactly("state 0", "1 while it was away");
    assertThat(ada.page().evaluate("() => [...new Set(app.statuses)]"))
        .isEqualTo(List.of("open", "reconnecting"));
  }

  private Window open(String user) {
    Window window = chromium.open(node.port(), "/api/v1/types", View.DESKTOP_LIGHT);
    window.expect("WebSocket connection to|favicon");
    Page page = window.page();
    page.evaluate(JOIN, user);
    return window;
  }

  /**
   * Not waitForFunction: that evaluates text in the page, which the policy of the server forbids.
   */
  private static void awaitTrue(Window window, String expression) {
    window.page().waitForCondition(() -> (boolean) window.page().evaluate(expression));
  }

  private static void awaitSeen(Window window, int count) {
    window.page().waitForCondition(() -> seen(window).size() >= count);
  }

  @SuppressWarnings("unchecked")
  private static List<String> seen(Window window) {
    return (List<String>) window.page().evaluate("() => app.seen");
  }
}
