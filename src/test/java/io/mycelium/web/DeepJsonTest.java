package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JSON that is deeper than 128 is refused wherever it comes in, however deep, and costs no stack.
 */
class DeepJsonTest {
  private static final int ALMOST_A_MEBIBYTE = (1 << 20) - 100;

  private TestNode node;
  private PhoenixSocket healthy;

  private void start(String transport) {
    node = TestNode.builder().transport(transport).start();
    node.create("{'id':'x','type':'accumulative'}");
    healthy = node.connect("x");
    healthy.join("lobby");
  }

  @AfterEach
  void stop() {
    healthy.send("['1','last','lobby','push','still here']");
    assertThat(healthy.awaitReply("last").getJsonObject(4).getString("status")).isEqualTo("ok");
    node.close();
  }

  private RawSocket open(String query) {
    return RawSocket.open(node.port(), "/socket/x/websocket" + query);
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aPayloadOfBracketsIsRefusedAndTheConnectionStays(String transport) {
    start(transport);
    for (String deep : new String[] {"[", "{'a':", "[{'a':"}) {
      String open = deep.repeat(ALMOST_A_MEBIBYTE / deep.length());
      for (String query : new String[] {"?vsn=2.0.0", ""}) {
        String before =
            query.isEmpty()
                ? "{'topic':'lobby','event':'push','ref':'1','payload':"
                : "[null,'1','lobby','push',";
        try (RawSocket socket = open(query)) {
          socket.frame(RawSocket.TEXT, bytes(before + open));
          RawSocket.Frame answer = socket.next();
          if (answer.opcode() == RawSocket.CLOSE) {
            assertThat(answer.status()).isEqualTo(4000);
          } else {
            assertThat(answer.text()).contains("invalid_payload", "128 levels");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void aWholeMessageOfBracketsIsMalformed(String transport) {
    start(transport);
    for (String query : new String[] {"?vsn=2.0.0", ""}) {
      try (RawSocket socket = open(query)) {
        socket.frame(RawSocket.TEXT, bytes("[".repeat(1 << 20)));
        assertThat(socket.await(RawSocket.CLOSE).status()).isEqualTo(4000);
      }
    }
  }

  private HttpResponse<String> post(String path, String type, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + "/api/v1" + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBodyOfBracketsIsABadRequest() {
    start("netty");
    String brackets = "[".repeat(1 << 20);
    for (String body : new String[] {brackets, "{\"payload\":" + brackets, "{\"id\":" + brackets}) {
      for (String path : new String[] {"/instances", "/instances/x/rooms/lobby/messages"}) {
        assertThat(post(path, "application/json", body).statusCode()).isEqualTo(400);
      }
    }
  }

  @Test
  void anImportOfBracketsIsRefused() {
    start("netty");
    String brackets = "[".repeat(1 << 20);
    for (String body : new String[] {brackets, "{\"mycelium\":1,\"instance\":" + brackets}) {
      HttpResponse<String> answer = post("/instances/y/import", "application/x-ndjson", body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
    }
  }
}
