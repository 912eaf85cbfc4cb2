package io.mycelium.client;

import io.mycelium.testing.BrittleType;
import io.mycelium.testing.NodeScript;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the tests of {@code clients/js} in Node.js. */
class MyceliumClientTest {
  private NodeScript script;
  private TestNode node;

  @BeforeEach
  void prepare() throws IOException {
    script =
        new NodeScript()
            .wish("/revive", () -> TestNode.await(node.directory().restart("brittle")))
            .wish("/delete", () -> TestNode.await(node.directory().delete("doomed")))
            .wish("/drain", () -> node.drain(200))
            .wish("/restart", this::restart);
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
        "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{}}}");
    node.create("{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black'}}}}");
    node.create("{'id':'brittle','type':'brittle'}");
    node.create("{'id':'doomed','type':'accumulative'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theClientKeepsItsPromisesWithTheServer(String transport) throws InterruptedException {
    startNode(transport, 0);
    String url = "ws://127.0.0.1:" + node.port();
    script.run("mycelium-client.test.mjs", 11, Map.of("MYCELIUM_URL", url));
  }

  @Test
  void theClientKeepsItsPromisesWhateverTheServerDoes() throws InterruptedException {
    script.run("mycelium-client-unit.test.mjs", 32, Map.of());
  }

  @Test
  void theClientKeepsItsPromisesWhateverHappensInWhateverOrder() throws InterruptedException {
    script.run("mycelium-client-model.test.mjs", 1, Map.of());
  }
}
