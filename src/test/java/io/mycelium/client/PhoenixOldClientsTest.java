package io.mycelium.client;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code src/test/js/phoenix-old-clients.test.mjs}: phoenix 1.2, 1.3 and 1.4, {@code
 * phoenix-channels} and {@code phoenix-socket} of npm in Node.js.
 */
class PhoenixOldClientsTest {

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void oldClientsTellAnOldChannelsEndFromTheNewOnes(String transport)
      throws IOException, InterruptedException {
    try (var scripted =
        new ScriptedNode(
            "{'id':'chat','type':'accumulative','rooms':{'general':{}}}",
            "{'id':'brittle','type':'brittle'}")) {
      scripted.run(transport, "phoenix-old-clients.test.mjs", 15);
    }
  }
}
