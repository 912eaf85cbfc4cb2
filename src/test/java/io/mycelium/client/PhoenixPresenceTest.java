package io.mycelium.client;

import io.mycelium.testing.ServerProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code src/test/js/phoenix-presence.test.mjs}: the {@code Presence} of the official client, whose
 * server is killed and started again.
 */
class PhoenixPresenceTest {
  @Test
  void whoStayedSeesTheMetaThatChangedWhileTheServerWasAway(@TempDir Path data) throws Exception {
    try (ServerProcess server = ServerProcess.durable(data);
        NodeScript script = new NodeScript()) {
      server.request(
          "POST",
          "/instances",
          "{\"id\":\"chat\",\"type\":\"accumulative\",\"rooms\":{\"general\":{}}}");
      script.wish("/kill", server::killAndRestart);
      Map<String, String> url = Map.of("MYCELIUM_URL", "ws://127.0.0.1:" + server.port());
      script.run("phoenix-presence.test.mjs", 1, url);
    }
  }
}
