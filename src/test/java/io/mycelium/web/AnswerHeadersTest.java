package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the head of each answer, whoever gives it, and what does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswerHeadersTest {
  private TestNode node;

  @BeforeAll
  void startNode() {
    node = TestNode.start();
    node.create("{'id':'x','type':'accumulative'}");
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  private String answer(String head) {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String request(String line, String... headers) {
    StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
    List.of(headers).forEach(header -> head.append(header).append("\r\n"));
    return head.append("Connection: close\r\n\r\n").toString();
  }

  private static String head(String answer) {
    return answer.substring(0, answer.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "HEAD /",
        "GET /docs/",
        "GET /openapi.yaml",
        "GET /client/mycelium.js",
        "GET /nowhere",
        "GET /../../etc/passwd",
        "PUT /openapi.yaml",
        "GET /api/v1/instances",
        "GET /api/v1/instances/nobody",
        "GET /problems/not_found",
        "GET /socket/x/websocket",
        "GET /socket/nobody/websocket",
        "GET /%zz"
      })
  void browsersAreToldToBeCarefulAndNobodyIsToldWhatServes(String line) {
    assertThat(head(answer(request(line))))
        .contains("x-content-type-options: nosniff")
        .contains("referrer-policy: no-referrer")
        .contains("content-security-policy: default-src 'self'")
        .containsPattern("cache-control: no-(store|cache)")
        .doesNotContain("\r\nserver:", "x-powered-by", "via:", "vert.x", "netty")
        .as("without TLS a browser must not be told to use it")
        .doesNotContain("strict-transport-security");
  }

  @Test
  void whatIsNoHttpIsAnsweredWithThemToo() {
    assertThat(head(answer("GET / HTTP/1.1\r\nbad header\r\n\r\n")))
        .startsWith("http/1.1 400")
        .contains("x-content-type-options: nosniff")
        .doesNotContain("\r\nserver:");
  }

  @Test
  void eachProblemHasAnIdOfItsOwnWhateverTheClientGives() {
    Set<String> ids = new HashSet<>();
    for (String given : List.of("mine", "a\u001b[31m", "../../x", "urn:uuid:x1")) {
      String answer =
          answer(
              request(
                  "GET /api/v1/instances/nobody",
                  "X-Request-Id: " + given,
                  "traceparent: " + given,
                  "X-Correlation-Id: " + given));
      JsonObject problem = new JsonObject(answer.substring(answer.indexOf("\r\n\r\n")));
      assertThat(problem.getString("instance")).matches("urn:uuid:[0-9a-f-]{36}");
      assertThat(ids.add(problem.getString("instance"))).isTrue();
      assertThat(answer).doesNotContain(given);
    }
  }
}
