package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code web.max_connections}: a node's bound, over all of its event loops and instances. */
class PlacesTest {
  private static final int MOST = 10;
  private static final String[] PATHS = {"/socket/x/websocket", "/socket/y/websocket"};

  private final Map<String, Integer> refused = new ConcurrentHashMap<>();
  private final List<RawSocket> sockets = new ArrayList<>();
  private TestNode node;

  private void start(String transport) {
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void upgradeRefused(String reason) {
            refused.merge(reason, 1, Integer::sum);
          }
        };
    node =
        TestNode.builder()
            .transport(transport)
            .eventLoops(3)
            .maxConnections(MOST)
            .meters(meters)
            .start();
    node.create("{'id':'x','type':'accumulative'}");
    node.create("{'id':'y','type':'shared'}");
  }

  @AfterEach
  void stop() {
    sockets.forEach(RawSocket::close);
    node.close();
  }

  /** All ask before one is answered; those that are let in. */
  private List<RawSocket> openAtOnce(int count) {
    List<RawSocket> asking = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawSocket socket = RawSocket.tcp(node.port());
      sockets.add(socket);
      asking.add(socket.raw(RawSocket.upgrade(PATHS[i % 2]).getBytes(StandardCharsets.US_ASCII)));
    }
    List<RawSocket> open = new ArrayList<>();
    for (RawSocket socket : asking) {
      String status = socket.request("");
      assertThat(status).containsAnyOf(" 101 ", " 503 ");
      if (status.contains(" 101 ")) {
        open.add(socket);
      }
    }
    return open;
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theBoundIsExactOverEventLoopsAndInstances(String transport) {
    start(transport);
    List<RawSocket> open = openAtOnce(4 * MOST);
    assertThat(open).hasSize(MOST);
    assertThat(refused).isEqualTo(Map.of("max_connections", 3 * MOST));
    open.forEach(RawSocket::close);
    node.awaitConnections("x", 0);
    node.awaitConnections("y", 0);
    assertThat(openAtOnce(4 * MOST)).hasSize(MOST);
  }

  @Test
  void anUpgradeThatCameToNothingTakesNoPlace() {
    start("netty");
    for (int i = 0; i < 2 * MOST; i++) {
      assertThat(node.refusedUpgrade("nobody")).isEqualTo(404);
      try (RawSocket broken = RawSocket.tcp(node.port())) {
        String head = RawSocket.upgrade(PATHS[0]).replace("Sec-WebSocket-Key", "X-Key");
        assertThat(broken.request(head)).contains(" 400 ");
      }
    }
    assertThat(openAtOnce(2 * MOST)).hasSize(MOST);
  }

  @Test
  void theRefusalIsAProblemDocumentThatNamesTheBound() throws Exception {
    start("netty");
    openAtOnce(MOST);
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.getOutputStream().write(RawSocket.upgrade(PATHS[0]).getBytes());
      assertThat(answer(socket.getInputStream()))
          .startsWith("HTTP/1.1 503")
          .contains("application/problem+json", "max_connections", "web.max_connections of 10");
    }
  }

  /** Up to the end of its JSON. */
  private static String answer(InputStream in) throws Exception {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      text.append((char) c);
      if (c == '}') {
        break;
      }
    }
    return text.toString();
  }
}
