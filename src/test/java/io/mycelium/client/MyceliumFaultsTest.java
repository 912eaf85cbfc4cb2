package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.NodeScript;
import io.mycelium.testing.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code clients/js} against a server in a process of its own, on SQLite, that is killed under it.
 */
class MyceliumFaultsTest {
  @Test
  void theApplicationSeesEachMessageOnceAndInOrder(@TempDir Path data) throws Exception {
    Map<String, String> environment =
        Map.of(
            "MYCELIUM_JOURNAL_URL",
            "jdbc:sqlite:" + data.resolve("mycelium.db"),
            "MYCELIUM_OPS_RECONNECT_SPREAD",
            "300ms");
    try (ServerProcess server = new ServerProcess(environment);
        NodeScript script = new NodeScript()) {
      for (String instance : new String[] {"cut", "killed", "stopped", "stock"}) {
        create(server.port(), instance);
      }
      script.wish("/kill", server::killAndRestart).wish("/stop", server::stopAndRestart);
      Map<String, String> port = Map.of("MYCELIUM_PORT", String.valueOf(server.port()));
      script.run("mycelium-client-faults.test.mjs", 4, port);
    }
  }

  private static void create(int port, String instance) throws Exception {
    String spec =
        "{\"id\":\"%s\",\"type\":\"accumulative\",\"config\":{\"durability\":\"sync\"},\"rooms\":{\"general\":{}}}"
            .formatted(instance);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/instances"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(spec))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
  }
}
