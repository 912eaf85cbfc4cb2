package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.ConnectionMeters;
import io.mycelium.console.ConsoleConfig;
import io.mycelium.testing.Guards;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.TricklingClient;
import io.mycelium.web.rest.HttpConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever sends a request byte by byte is cut off, wherever in it, while a healthy client beside it
 * goes on.
 */
class SlowClientsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final String POST =
      "POST /api/v1/instances HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n";

  private final Map<String, Integer> aborted = new ConcurrentHashMap<>();
  private TestNode node;
  private PhoenixSocket healthy;
  private int pushed;

  private void start(String transport) {
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void requestAborted(String waitedFor) {
            aborted.merge(waitedFor, 1, Integer::sum);
          }
        };
    node =
        TestNode.builder()
            .transport(transport)
            .meters(meters)
            .console(new ConsoleConfig(true))
            .guards(Guards.http(new HttpConfig(2048, 4096, SECOND, SECOND, SECOND, 1, 1, 1L << 20)))
            .start();
    node.create("{'id':'x','type':'accumulative'}");
    healthy = node.connect("x");
    healthy.join("lobby");
  }

  @AfterEach
  void stop() {
    push();
    node.close();
  }

  private void push() {
    String ref = "p" + pushed++;
    healthy.send("['1','" + ref + "','lobby','push','on']");
    assertThat(healthy.awaitReply(ref).getJsonObject(4).getString("status")).isEqualTo("ok");
  }

  private String cutOff(String begin, String rest) {
    try (TricklingClient client = new TricklingClient(node.port(), begin, rest)) {
      push();
      return client.readToEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aHeadThatDoesNotEndIsCutOffAndSocketsStay(String transport) {
    start(transport);
    assertThat(cutOff("GET / HTTP/1.1\r\nHost: localhost\r\n", "X-Slow: 1\r\n")).isEmpty();
    String upgrade = RawSocket.upgrade("/socket/x/websocket?vsn=2.0.0");
    assertThat(cutOff(upgrade.substring(0, 40), "x")).isEmpty();
    assertThat(cutOff(upgrade.substring(0, upgrade.length() - 2), "X-Slow: 1\r\n")).isEmpty();
    assertThat(cutOff("", "")).isEmpty();
    assertThat(aborted).isEqualTo(Map.of("header", 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void theNextHeadHasItsTimeToo(String transport) {
    start(transport);
    String first = "GET /openapi.yaml HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assertThat(cutOff(first + first, "GET ")).contains("HTTP/1.1 200", "openapi: ");
    assertThat(cutOff("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", "GET "))
        .contains("HTTP/1.1 ");
    String refused = RawSocket.upgrade("/socket/nobody/websocket?vsn=2.0.0");
    assertThat(cutOff(refused, "GET / HTTP")).contains("HTTP/1.1 404");
    // The last one was closed with its answer: nothing behind it is waited for.
    assertThat(aborted).containsEntry("next", 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void aBodyThatDoesNotEndIsAnswered408(String transport) {
    start(transport);
    assertThat(cutOff(POST + "Content-Type: application/json\r\n\r\n{", " "))
        .contains("HTTP/1.1 408", "application/problem+json", "did not come to its end in 1 s");
    assertThat(aborted).isEqualTo(Map.of("body", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void theBodyOfARequestThatIsAnsweredIsNotReadForEver(String transport) {
    start(transport);
    assertThat(cutOff(POST + "Content-Type: text/plain\r\n\r\n{", " ")).contains("HTTP/1.1 415");
    String upgrade = RawSocket.upgrade("/socket/nobody/websocket?vsn=2.0.0");
    String withBody = upgrade.replace("Host:", "Content-Length: 4000\r\nHost:");
    assertThat(cutOff(withBody, "x")).contains("HTTP/1.1 400");
    assertThat(cutOff(POST.replace("instances", "instances/new/import") + "\r\n", "x"))
        .contains("HTTP/1.1 415");
    // Likewise the upgrade.
    assertThat(aborted).isEqualTo(Map.of("body", 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void anUpgradeWithABodyThatDoesNotEndHoldsNothing(String transport) {
    start(transport);
    String upgrade = RawSocket.upgrade("/socket/x/websocket?vsn=2.0.0");
    assertThat(cutOff(upgrade.replace("Host:", "Content-Length: 4000\r\nHost:"), "x"))
        .contains("HTTP/1.1 400", "an upgrade has a body");
    assertThat(
            cutOff(upgrade.replace("Host:", "Transfer-Encoding: chunked\r\nHost:"), "1\r\nx\r\n"))
        .contains("HTTP/1.1 400", "an upgrade has a body");
    node.awaitConnections("x", 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void theConsolesSocketIsNoSlowRequest(String transport) {
    start(transport);
    RawSocket console = RawSocket.tcp(node.port());
    String head = RawSocket.upgrade("/console/feed");
    String status = console.request(head);
    assertThat(cutOff("", "")).isEmpty();
    assertThat(cutOff("", "")).isEmpty();
    assertThat(cutOff("", "")).isEmpty();
    assertThat(aborted).as(status).isEqualTo(Map.of("header", 3));
    console.frame(RawSocket.PING, (byte) 1);
    assertThat(console.await(RawSocket.PONG).payload()).containsExactly(1);
    console.close();
  }
}
