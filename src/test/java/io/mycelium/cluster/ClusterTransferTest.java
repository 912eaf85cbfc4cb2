package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.ClusterOptions;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way from one node with SQLite to a cluster, as {@code docs/kubernetes.md} has it. */
class ClusterTransferTest {
  private static final String INSTANCE =
      "{\"id\": \"chat\", \"type\": \"accumulative\", \"rooms\": {\"r\": {}}}";

  private final List<ServerProcess> servers = new ArrayList<>();

  private ServerProcess started(ServerProcess server) {
    servers.add(server);
    return server;
  }

  @AfterEach
  void stop() {
    servers.forEach(ServerProcess::close);
  }

  @Test
  void instanceOfOneNodeGoesOnInACluster(@TempDir Path folder) throws Exception {
    ServerProcess old = started(ServerProcess.durable(folder));
    old.request("POST", "/instances", INSTANCE);
    String messages = "/instances/chat/rooms/r/messages";
    for (int i = 1; i <= 3; i++) {
      old.request("POST", messages, "{\"payload\": " + i + ", \"key\": \"k" + i + "\"}");
    }
    String export = old.request("GET", "/instances/chat/export", null);
    List<Map<String, String>> options = ClusterOptions.of(Postgres.shared().newDatabase(), 2);
    ServerProcess first = started(ServerProcess.start(options.get(0)));
    ServerProcess second = started(ServerProcess.start(options.get(1)));
    assertThat(imported(first, export)).isEqualTo(201);
    for (ServerProcess node : List.of(second, first)) {
      JsonObject again =
          new JsonObject(node.request("POST", messages, "{\"payload\": 9, \"key\": \"k2\"}"));
      assertThat(again.getLong("seq")).isEqualTo(2);
      assertThat(again.getBoolean("duplicate")).isTrue();
    }
    JsonObject next = new JsonObject(second.request("POST", messages, "{\"payload\": 4}"));
    assertThat(next.getLong("seq")).isEqualTo(4);
    String entries = first.request("GET", "/instances/chat/rooms/r/entries?limit=10", null);
    assertThat(new JsonObject(entries).getJsonArray("entries").stream())
        .extracting(each -> ((JsonObject) each).getInteger("payload"))
        .containsExactly(1, 2, 3, 4);
    assertThat(imported(second, export)).isEqualTo(409);
  }

  private static int imported(ServerProcess node, String export) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + node.port() + "/api/v1/instances/chat/import");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofString(export))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }
}
