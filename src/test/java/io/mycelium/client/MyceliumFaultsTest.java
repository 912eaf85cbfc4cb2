package io.mycelium.client;

import io.mycelium.testing.ServerProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code clients/js} against a server in its own process, on SQLite, that is killed meanwhile. */
class MyceliumFaultsTest {
  private static final String SPEC =
      "{\"id\":\"%s\",\"type\":\"accumulative\",\"config\":{\"durability\":\"sync\"},\"rooms\":{\"general\":{}}}";

  @Test
  void theApplicationSeesEachMessageOnceAndInOrder(@TempDir Path data) throws Exception {
    Map<String, String> environment =
        Map.of(
            "MYCELIUM_JOURNAL_URL",
            "jdbc:sqlite:" + data.resolve("mycelium.db"),
            "MYCELIUM_OPS_RECONNECT_SPREAD",
            "300ms");
    try (ServerProcess server = ServerProcess.start(environment);
        NodeScript script = new NodeScript()) {
      for (String instance : new String[] {"cut", "killed", "stopped", "stock"}) {
        server.request("POST", "/instances", SPEC.formatted(instance));
      }
      script.wish("/kill", server::killAndRestart).wish("/stop", server::stopAndRestart);
      Map<String, String> port = Map.of("MYCELIUM_PORT", String.valueOf(server.port()));
      script.run("mycelium-client-faults.test.mjs", 4, port);
    }
  }
}
