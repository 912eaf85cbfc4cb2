package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed server leaves among the temporary files, which in a pod outlive its container. */
class LeftoversTest {
  @TempDir private Path folder;

  @Test
  void aKilledServerLeavesOnlyWhatTheNextOneUses() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Map<String, String> environment =
        Map.of(
            "JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary,
            "MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + folder.resolve("m.db"));
    try (ServerProcess server = ServerProcess.start(environment)) {
      useAll(server.port());
      List<String> running = files(temporary);
      server.killAndRestart();
      List<String> afterOne = files(temporary);
      useAll(server.port());
      server.killAndRestart();
      useAll(server.port());
      assertThat(files(temporary)).isEqualTo(afterOne).isEqualTo(running);
      // The file's name has its version and hash, so it says what it is.
      assertThat(afterOne)
          .hasSize(3)
          .anyMatch(name -> name.matches("mycelium-sqlite-[^/]+"))
          .anyMatch(name -> name.matches("mycelium-sqlite-[^/]+/lock"))
          .anyMatch(name -> name.matches("mycelium-sqlite-[^/]+/[0-9.]+-[0-9a-f]{16}-.*sqlite.*"));
    }
  }

  /** Everything that is served from the class path, and the store. */
  private static void useAll(int port) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (String path :
        List.of(
            "/",
            "/docs",
            "/docs/ui/swagger-ui.css",
            "/openapi.yaml",
            "/client/mycelium.js",
            "/console",
            "/console/app.js",
            "/console/uplot/uPlot.esm.js",
            "/demo/chat",
            "/api/v1/instances")) {
      URI uri = URI.create("http://127.0.0.1:" + port + path);
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
          .as(path)
          .isEqualTo(200);
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> !file.equals(folder))
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
