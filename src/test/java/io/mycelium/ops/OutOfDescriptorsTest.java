package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may have fewer descriptors than there are clients. */
class OutOfDescriptorsTest {
  private static final int LIMIT = 300;
  private static final int CLIENTS = 400;
  private static final String PATH = "/socket/x/websocket?vsn=2.0.0";
  private static final Pattern MANAGEMENT = Pattern.compile("management http://localhost:(\\d+)");

  /** Keeps its connection to the management port, for which there would be no descriptor later. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void aNodeWithoutDescriptorsSaysSoOnceAndServesAgainWhenSomeAreFree(@TempDir Path folder)
      throws Exception {
    Map<String, String> environment = Map.of("MYCELIUM_JOURNAL_URL", "memory:");
    List<RawSocket> clients = new ArrayList<>();
    try (ServerProcess server = ServerProcess.withDescriptors(environment, LIMIT, folder)) {
      assertThat(lines(server, "web.max_connections is 100000")).hasSize(1);
      create(server.port());
      joinAndLeave(server);
      URI management = metrics(server);
      assertThat(meter(management, "mycelium_failed_accepts_total")).isZero();
      assertThat(meter(management, "mycelium_open_descriptors")).isBetween(10.0, LIMIT - 1.0);
      for (int i = 0; i < CLIENTS; i++) {
        byte[] upgrade = RawSocket.upgrade(PATH).getBytes(StandardCharsets.US_ASCII);
        clients.add(RawSocket.tcp(server.port()).raw(upgrade));
      }
      long deadline = System.nanoTime() + TestNode.PATIENCE.toNanos();
      while (meter(management, "mycelium_failed_accepts_total") < 3) {
        assertThat(System.nanoTime()).as(server.log()).isLessThan(deadline);
      }
      // One may be closed between the failed accept and the count.
      assertThat(meter(management, "mycelium_open_descriptors"))
          .isBetween(LIMIT - 5.0, LIMIT + 0.0);
      assertThat(meter(management, "mycelium_max_descriptors")).isEqualTo(LIMIT);
      assertThat(lines(server, "FailedAccepts"))
          .singleElement()
          .asString()
          .containsPattern("(29[5-9]|300) of 300 file descriptors")
          .contains("ulimit -n");
      clients.forEach(RawSocket::close);
      joinAndLeave(server);
      assertThat(server.log()).doesNotContain("exceptionCaught", "Exception", "\tat ");
    } finally {
      clients.forEach(RawSocket::close);
    }
  }

  private static void joinAndLeave(ServerProcess server) {
    try (RawSocket socket = RawSocket.open(server.port(), PATH)) {
      socket.text("['1','1','lobby','phx_join',{}]");
      assertThat(socket.awaitText("phx_reply")).contains("\"status\":\"ok\"");
      socket.text("['1','2','lobby','phx_leave',{}]");
      assertThat(socket.awaitText("phx_reply")).contains("\"status\":\"ok\"");
    }
  }

  private static List<String> lines(ServerProcess server, String part) {
    return server.log().lines().filter(line -> line.contains(part)).toList();
  }

  private void create(int port) throws Exception {
    URI instances = URI.create("http://127.0.0.1:" + port + "/api/v1/instances");
    HttpRequest request =
        HttpRequest.newBuilder(instances)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"id\":\"x\",\"type\":\"accumulative\"}"))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
  }

  private static URI metrics(ServerProcess server) {
    Matcher management = MANAGEMENT.matcher(server.log());
    assertThat(management.find()).isTrue();
    return URI.create("http://127.0.0.1:" + management.group(1) + "/metrics");
  }

  private double meter(URI management, String name) {
    try {
      HttpRequest request = HttpRequest.newBuilder(management).build();
      return http.send(request, BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
