package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.mycelium.connection.ConnectionMeters;
import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.SelfSigned;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.browser.Chromium;
import io.mycelium.testing.browser.View;
import io.mycelium.testing.browser.Window;
import io.mycelium.web.TlsConfig;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate with clients that have it: ws under Node.js, Chromium, Vert.x. */
class CompressionClientsTest {
  @RegisterExtension final Chromium chromium = new Chromium();

  private static final SocketConfig ON = SocketConfig.DEFAULT.compressing(64);
  private static final String CHAT =
      "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{},'joinleave':{}}}";

  private static final String TALK =
      """
      port => new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/socket/chat/websocket?vsn=2.0.0`);
        const text = 'blåbær '.repeat(1000);
        socket.onopen = () => {
          socket.send('["1","1","general","phx_join",{}]');
          socket.send(JSON.stringify(['1', '2', 'general', 'push', text]));
        };
        socket.onerror = () => reject(new Error('the socket failed'));
        socket.onmessage = ({data}) => {
          const [, , , event, payload] = JSON.parse(data);
          if (event === 'msg') resolve({extensions: socket.extensions, same: Object.values(payload.data.state)[0].payload === text});
        };
      })\
      """;

  private final AtomicLong deflated = new AtomicLong();
  private final AtomicLong inflated = new AtomicLong();
  private final ConnectionMeters meters =
      new ConnectionMeters() {
        @Override
        public void deflated(int bytes, int compressed) {
          deflated.addAndGet(bytes);
        }

        @Override
        public void inflated(int compressed, int bytes) {
          inflated.addAndGet(bytes);
        }
      };

  private TestNode start(TlsConfig tls) {
    TestNode node = TestNode.builder().socket(ON).meters(meters).tls(tls).start();
    node.create(CHAT);
    return node;
  }

  @Test
  void theOfficialClientOnWsSpeaksItBothWays() throws IOException, InterruptedException {
    try (ScriptedNode scripted = new ScriptedNode(CHAT).socket(ON)) {
      scripted.run("netty", "compression.test.mjs", 9);
    }
  }

  /** Its other tests as well, over sockets that ws offers to compress. */
  @Test
  void theOfficialClientWorksUnchanged() throws IOException, InterruptedException {
    try (ScriptedNode scripted =
        new ScriptedNode(
                CHAT,
                "{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black','line':null}}}}",
                "{'id':'move','type':'collaborative'}",
                "{'id':'brittle','type':'brittle'}")
            .socket(SocketConfig.DEFAULT.compressing(16))) {
      scripted.run("netty", "phoenix-client.test.mjs", 13);
    }
  }

  @Test
  void chromiumSpeaksItBothWays() {
    try (TestNode node = start(TlsConfig.DEFAULT)) {
      Window window = chromium.open(node.port(), "/api/v1/types", View.DESKTOP_LIGHT);
      window.expect("favicon");
      Page page = window.page();
      Map<?, ?> result = (Map<?, ?>) page.evaluate(TALK, node.port());
      assertThat(result.get("same")).isEqualTo(true);
      assertThat((String) result.get("extensions")).startsWith("permessage-deflate");
      assertThat(deflated.get()).isGreaterThan(9000);
      assertThat(inflated.get()).isGreaterThan(9000);
    }
  }

  /** Vert.x' client accepts that its messages stand alone only if it is told to offer that. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void vertxSpeaksItBothWays(boolean tls, @TempDir Path folder) {
    TlsConfig config = TlsConfig.DEFAULT;
    if (tls) {
      SelfSigned made = SelfSigned.make(folder, "a", "EC");
      String certificate = made.certificate().toString();
      config = new TlsConfig(certificate, made.key().toString(), Duration.ofHours(1));
    }
    try (TestNode node = start(config)) {
      WebSocketClient client =
          node.vertx()
              .createWebSocketClient(
                  new WebSocketClientOptions()
                      .setSsl(tls)
                      .setTrustAll(true)
                      .setVerifyHost(false)
                      .setTryUsePerMessageCompression(true)
                      .setCompressionAllowClientNoContext(true));
      WebSocket socket =
          TestNode.await(
              client.connect(node.port(), "127.0.0.1", "/socket/chat/websocket?vsn=2.0.0"));
      assertThat(socket.headers().get("Sec-WebSocket-Extensions")).contains("permessage-deflate");
      String text = "blåbær ".repeat(1000);
      Promise<JsonArray> heard = Promise.promise();
      socket.textMessageHandler(
          message -> {
            JsonArray parts = new JsonArray(message);
            if ("msg".equals(parts.getString(3))) {
              heard.tryComplete(parts);
            }
          });
      socket.writeTextMessage("[\"1\",\"1\",\"general\",\"phx_join\",{}]");
      socket.writeTextMessage(
          new JsonArray().add("1").add("2").add("general").add("push").add(text).encode());
      JsonArray msg = TestNode.await(heard.future());
      assertThat(msg.getJsonObject(4).getJsonObject("data").getJsonObject("state").encode())
          .contains(text);
      assertThat(deflated.get()).isGreaterThan(9000);
      assertThat(inflated.get()).isGreaterThan(9000);
      TestNode.await(socket.close());
      TestNode.await(client.close());
    }
  }
}
