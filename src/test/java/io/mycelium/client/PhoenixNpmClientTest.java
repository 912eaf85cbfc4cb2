package io.mycelium.client;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code src/test/js/phoenix-client.test.mjs}: the official {@code phoenix} client in Node.js.
 */
class PhoenixNpmClientTest {
  private ScriptedNode scripted;

  @BeforeEach
  void prepare() throws IOException {
    scripted =
        new ScriptedNode(
            "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{},'joinleave':{}}}",
            "{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black','line':null}}}}",
            "{'id':'move','type':'collaborative'}",
            "{'id':'brittle','type':'brittle'}");
  }

  @AfterEach
  void stop() {
    scripted.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theOfficialClientWorksUnchanged(String transport) throws InterruptedException {
    scripted.run(transport, "phoenix-client.test.mjs", 13);
  }
}
