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
 * {@code src/test/js/phoenix-presence.test.mjs}: the {@code Presence} of the official client, whose
 * server is killed and started again.
 */
class PhoenixPresenceTest {
  @Test
  void whoStayedSeesTheMetaThatChangedWhileTheServerWasAway(@TempDir Path data) throws Exception {
    Map<String, String> environment =
        Map.of("MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + data.resolve("mycelium.db"));
    try (ServerProcess server = new ServerProcess(environment);
        NodeScript script = new NodeScript()) {
      String spec = "{\"id\":\"chat\",\"type\":\"accumulative\",\"rooms\":{\"general\":{}}}";
      HttpRequest create =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.port() + "/api/v1/instances"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(spec))
              .build();
      assertThat(HttpClient.newHttpClient().send(create, HttpResponse.BodyHandlers.ofString()))
          .returns(201, HttpResponse::statusCode);
      script.wish("/kill", server::killAndRestart);
      Map<String, String> url = Map.of("MYCELIUM_URL", "ws://127.0.0.1:" + server.port());
      script.run("phoenix-presence.test.mjs", 1, url);
    }
  }
}
