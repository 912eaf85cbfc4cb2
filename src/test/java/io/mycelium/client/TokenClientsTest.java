package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that bring tokens, in Node.js ({@code src/test/js/token-clients.test.mjs}) and in
 * Chromium, where a connection counts only if the sub-protocol that was offered is answered.
 */
class TokenClientsTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private static final Path PHOENIX =
      Path.of("src/test/js/node_modules/phoenix/priv/static/phoenix.js");

  private static final String WITH_PHOENIX =
      """
      ({port, token}) => new Promise((resolve, reject) => {
        const socket = new Phoenix.Socket(`ws://127.0.0.1:${port}/socket/chat`, {authToken: token});
        socket.onError(() => reject(new Error('the socket failed')));
        socket.connect();
        const channel = socket.channel('general', {});
        channel.on('msg', ({data}) => resolve(Object.values(data.state)[0].user.id));
        channel.join().receive('ok', () => channel.push('push', {text: 'hi'})).receive('error', reject);
      })\
      """;

  private static final String WITH_MYCELIUM =
      """
      async ({token}) => {
        const {connect} = await import('/client/mycelium.js');
        const socket = connect('/socket/chat', {token: async () => token});
        const closed = new Promise(resolve => socket.on('status', (status, {reason}) => status === 'closed' && resolve(reason)));
        const room = socket.join('general');
        return Promise.race([room.joined.then(() => 'joined', error => error.reason), closed]);
      }\
      """;

  private final Tokens tokens = new Tokens();
  private TestNode node;

  private void start(String transport) {
    node =
        TestNode.builder()
            .transport(transport)
            .authenticators(tokens.required(Duration.ofHours(1), Duration.ZERO))
            .start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{},'ideas':{}}}");
  }

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void clientsInNodeBringAndRenewTheirTokens(String transport) throws Exception {
    start(transport);
    try (NodeScript script = new NodeScript()) {
      Map<String, String> environment =
          Map.of(
              "MYCELIUM_URL", "http://127.0.0.1:" + node.port(), "MYCELIUM_SECRET", Tokens.SECRET);
      script.run("token-clients.test.mjs", 6, environment);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void clientsInABrowserBringTheirTokens(String transport) throws IOException {
    start(transport);
    Window window = chromium.open(node.port(), "/base.css", View.DESKTOP_LIGHT);
    window.expect("WebSocket connection to|favicon|401");
    Page page = window.page();
    page.evaluate("() => { " + Files.readString(PHOENIX) + "; window.Phoenix = Phoenix; }");
    String ada = tokens.user("ada");
    Map<String, Object> good = Map.of("port", node.port(), "token", ada);
    assertThat(page.evaluate(WITH_PHOENIX, good)).isEqualTo("ada");
    assertThat(page.evaluate(WITH_MYCELIUM, good)).isEqualTo("joined");
    assertThat(page.evaluate(WITH_MYCELIUM, Map.of("token", ada + "x"))).isEqualTo("unauthorized");
  }
}
