package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.config.ConfigLoader;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A node as {@code serve} builds it, on free ports. */
class MyceliumTest {
  private static final String CONFIG =
      """
      web:
        host: 127.0.0.1
        port: 0
        event_loops: 2
      journal:
        url: "memory:"
      access:
        mode: open
      ops:
        management_host: 127.0.0.1
        management_port: 0
      """;

  private static final String BOARD =
      "{\"id\":\"x\",\"type\":\"shared\",\"config\":{\"presence\":\"off\"}}";

  private final HttpClient http = HttpClient.newHttpClient();
  private Mycelium node;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("mycelium.yaml"), CONFIG);
    MyceliumConfig config = new ConfigLoader(Map.of()).load(file, Map.of());
    node = TestNode.await(Mycelium.start(config, false));
  }

  @AfterEach
  void stop() {
    TestNode.await(node.close());
  }

  @Test
  void whatHappensOnTheMainPortIsMeasuredOnTheManagementPort() throws Exception {
    HttpResponse<String> created =
        send(
            HttpRequest.newBuilder(uri(node.port(), "/api/v1/instances"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BOARD)));
    assertThat(created.statusCode()).isEqualTo(201);
    PhoenixSocket ada = PhoenixSocket.connect(node.port(), "/socket/x/websocket?vsn=2.0.0");
    ada.join("lobby");
    ada.send("['1','2','lobby','push',{}]").awaitReply("2");
    ada.send("['1','3','lobby','push',{'a':1}]").awaitReply("3");

    HttpResponse<String> metrics = get(node.managementPort(), "/metrics");

    assertThat(metrics.statusCode()).isEqualTo(200);
    assertThat(metrics.body().lines())
        .contains(
            "mycelium_connections 1.0",
            "mycelium_instances{status=\"running\"} 1.0",
            "mycelium_started_instances_total 1.0",
            "mycelium_received_messages_total 3.0",
            "mycelium_sent_deliveries_total 1.0",
            "mycelium_error_replies_total{reason=\"undeclared_key\"} 1.0")
        .anyMatch(line -> line.matches("mycelium_handler_seconds_count [1-9].*"))
        .anyMatch(
            line ->
                line.startsWith(
                    "mycelium_http_requests_seconds_count"
                        + "{method=\"POST\",route=\"/api/v1/instances\",status=\"201\"} 1"));
  }

  @Test
  void eachMeterThatTheReadmeNamesIsThere() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    List<String> named = all("`(mycelium_\\w+)", readme);
    assertThat(named).hasSizeGreaterThan(10);
    assertThat(get(node.port(), "/api/v1/types").statusCode()).isEqualTo(200);
    String metrics = get(node.managementPort(), "/metrics").body();
    assertThat(all("# HELP (\\w+) ", metrics)).containsAll(named);
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
  }

  @Test
  void bothPortsAnswerTheProbes() throws Exception {
    for (int port : new int[] {node.port(), node.managementPort()}) {
      assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = get(port, "/health/ready");
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
      assertThat(new JsonObject(ready.body()).getJsonObject("checks").fieldNames())
          .containsExactlyInAnyOrder("draining", "instances", "journal", "web");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHeadIsAnsweredAsAGetIsWithoutItsBody(HttpClient.Version version) throws Exception {
    for (String path :
        List.of(
            "/",
            "/openapi.yaml",
            "/client/mycelium.js",
            "/client/mycelium.d.ts",
            "/health/live",
            "/health/ready")) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri(node.port(), path)).version(version);
      HttpResponse<String> get = send(request);
      HttpResponse<String> head = send(request.method("HEAD", HttpRequest.BodyPublishers.noBody()));
      assertThat(get.statusCode()).as(path).isEqualTo(200);
      assertThat(head.statusCode()).as(path).isEqualTo(200);
      Map<String, List<String>> headers = new TreeMap<>(get.headers().map());
      // RFC 9110 section 8.6 allows a response to HEAD without this header.
      headers.remove("content-length");
      assertThat(head.headers().map()).as(path).containsAllEntriesOf(headers);
      assertThat(head.body()).as(path).isEmpty();
    }
  }

  @Test
  void theMainPortDoesNotShowTheMeters() throws Exception {
    assertThat(get(node.port(), "/metrics").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(port, path)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
