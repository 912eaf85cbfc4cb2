package io.mycelium.client;

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
  private ScriptedNode scripted;

  @BeforeEach
  void prepare() throws IOException {
    scripted =
        new ScriptedNode(
            "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{}}}",
            "{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black'}}}}",
            "{'id':'slow','type':'shared','config':{'presence':'off','durability':'none'},'rooms':{"
                + "'board':{'slow_consumer':'conflate','open':true},"
                + "'feed':{'type':'accumulative','slow_consumer':'drop_oldest'}}}",
            "{'id':'brittle','type':'brittle'}",
            "{'id':'doomed','type':'accumulative'}");
    scripted
        .script()
        .wish("/delete", () -> TestNode.await(scripted.node().directory().delete("doomed")));
  }

  @AfterEach
  void stop() {
    scripted.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theClientKeepsItsPromisesWithTheServer(String transport) throws InterruptedException {
    scripted.run(transport, "mycelium-client.test.mjs", 11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aClientThatReadsSlowlyEndsUpWithWhatItsRoomPromises(String transport)
      throws InterruptedException {
    scripted.run(transport, "mycelium-client-slow.test.mjs", 2);
  }

  @Test
  void theClientKeepsItsPromisesWhateverTheServerDoes() throws InterruptedException {
    scripted.script().run("mycelium-client-unit.test.mjs", 37, Map.of());
  }

  @Test
  void theClientKeepsItsPromisesWhateverHappensInWhateverOrder() throws InterruptedException {
    scripted.script().run("mycelium-client-model.test.mjs", 1, Map.of());
  }
}
