package io.mycelium.phoenix;

import io.mycelium.testing.BrittleType;
import io.mycelium.testing.NodeScript;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code src/test/js/phoenix-client.test.mjs}: the official {@code phoenix} client in Node.js.
 */
class PhoenixNpmClientTest {
  private NodeScript script;
  private TestNode node;

  @BeforeEach
  void prepare() throws IOException {
    script =
        new NodeScript()
            .wish("/revive", () -> TestNode.await(node.directory().restart("brittle")))
            .wish("/restart", this::restart)
            .wish("/drain", () -> node.drain(200));
  }

  @AfterEach
  void stop() {
    script.close();
    if (node != null) {
      node.close();
    }
  }

  private void restart() {
    String transport = node.transport();
    int port = node.port();
    node.close();
    startNode(transport, port);
  }

  private void startNode(String transport, int port) {
    node = TestNode.builder().transport(transport).port(port).types(new BrittleType()).start();
    node.create(
        "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{},'joinleave':{}}}");
    node.create(
        "{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black','line':null}}}}");
    node.create("{'id':'move','type':'collaborative'}");
    node.create("{'id':'brittle','type':'brittle'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theOfficialClientWorksUnchanged(String transport) throws InterruptedException {
    startNode(transport, 0);
    String url = "ws://127.0.0.1:" + node.port();
    script.run("phoenix-client.test.mjs", 13, Map.of("MYCELIUM_URL", url));
  }
}
