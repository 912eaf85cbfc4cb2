package io.mycelium.web.rest;

import static io.mycelium.testing.Besieged.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Besieged;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no HTTP client sends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestsTest {
  private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  private Besieged node;

  @BeforeAll
  void start() {
    node = new Besieged();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @AfterEach
  void nobodyElseNotices(TestInfo attack) {
    node.assertOver(attack.getTestMethod().orElseThrow().getName());
  }

  /** All that is answered until the server ends the connection, or the client has been told to. */
  private String answer(byte[] request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.getOutputStream().write(request);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketException e) {
      return "reset";
    }
  }

  private String answer(String request) throws IOException {
    return answer(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/docs/ui/../../../../pom.xml",
        "/docs/ui/..%2f..%2f..%2fio.vertx/vertx-core/pom.xml",
        "/console/uplot/..%2f..%2f..%2f..%2f",
        "/client/..%2fdb/migration",
        "/db/sqlite/V1__schema.sql",
        "/io/mycelium/Main.class",
        "/META-INF/MANIFEST.MF",
        "/web/../openapi.yaml%00.html",
        "/%252e%252e/etc/passwd",
        "//etc/passwd",
        "/;/etc/passwd",
        "/api/v1/instances/..%2f..%2fetc",
        "/api/v1/instances/%2e%2e/export"
      })
  void noPathLeadsOut(String path) throws IOException {
    String answer = answer("GET " + path + HOST + "Connection: close\r\n\r\n");
    assertThat(answer).matches("(?s)HTTP/1.1 4\\d\\d .*").doesNotContain("root:", "CREATE TABLE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffffffffffffffff",
        "80000000",
        "7fffffffffffffff",
        "10000000000000005",
        "-1",
        "0x5",
        "5;" + "x",
        " 5",
        "+5",
        "",
        "5\n"
      })
  void aChunkWhoseSizeIsNoneEndsTheConnection(String size) throws IOException {
    String smuggled = "GET /api/v1/instances/healthy" + HOST + "\r\n";
    String answer =
        answer(
            "POST /api/v1/instances"
                + HOST
                + "Content-Type: application/json\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + size
                + "\r\n{\"a\":\r\n0\r\n\r\n"
                + smuggled);
    assertThat(answer).matches("(?s)(HTTP/1.. 4\\d\\d .*)?|reset").doesNotContain("\"healthy\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "\u0001", "\u001b[31m", "\u007f", "\u0080", "\t", " ", "\u000b"})
  void controlBytesBeforeTheRequestLineAreNoRequest(String bytes) throws IOException {
    String answer = answer(bytes + "GET /health/live" + HOST + "Connection: close\r\n\r\n");
    // Netty skips white space and control characters in front, as RFC 9112 section 2.2 allows for
    // empty lines; nothing of it gets into the request.
    assertThat(answer).matches("(?s)HTTP/1.. (200|400|404|405|501) .*|reset|");
    assertThat(answer).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5\r\nContent-Length: 6",
        "6\r\nContent-Length: 5",
        "5, 6",
        "-1",
        "+5",
        "0x5",
        "5 5",
        "5\r\n 6",
        "5\u000b",
        "99999999999999999999"
      })
  void aLengthThatTwoMayReadInTwoWaysIsRefused(String length) throws IOException {
    String smuggled = "GET /api/v1/instances/healthy" + HOST + "\r\n";
    String head = "POST /api/v1/instances" + HOST + "Content-Type: application/json\r\n";
    String answer = answer(head + "Content-Length: " + length + "\r\n\r\n[1,2]" + smuggled);
    assertThat(answer).matches("(?s)HTTP/1.. 4\\d\\d .*|reset").doesNotContain("\"healthy\"");
  }

  /** A proxy that takes any answer for a tunnel would let a stranger speak to the server in it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "siege/websocket?vsn=2.0.0| 8",
        "siege/websocket?vsn=2.0.0| 777",
        "siege/websocket?vsn=9| 13",
        "nobody/websocket?vsn=2.0.0| 13",
        "a%0ab/websocket| 13",
        "siege/websocket?vsn=2.0.0&userId=%1b| 13",
        "siege/websocket?vsn=2.0.0&userId=__proto__| 13"
      })
  void behindAnUpgradeThatIsRefusedNothingIsRead(String refused) throws IOException {
    String[] parts = refused.split("\\|");
    String upgrade =
        "GET /socket/"
            + parts[0]
            + HOST
            + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version:"
            + parts[1]
            + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    String smuggled = "DELETE /api/v1/instances/healthy" + HOST + "\r\n";
    assertThat(answer(upgrade + smuggled)).matches("(?s)HTTP/1.1 4\\d\\d .*|reset");
    assertThat(node.request("GET", "/instances/healthy", null)).contains("\"running\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Host: evil.example",
        "X-Host: evil.example",
        "Forwarded: host=evil.example;proto=https",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Prefix: /evil.example",
        "X-Original-URL: /evil.example",
        "X-Rewrite-URL: /evil.example",
        "X-HTTP-Method-Override: DELETE",
        "X-Forwarded-For: evil.example",
        "Accept-Language: evil.example",
        "Cookie: evil=evil.example",
        "Range: bytes=1-2"
      })
  void noHeaderThatACacheDoesNotKnowChangesAPage(String header) throws IOException {
    for (String page : new String[] {"/", "/docs/", "/openapi.yaml", "/client/mycelium.js"}) {
      String plain = answer("GET " + page + HOST + "Connection: close\r\n\r\n");
      assertThat(plain).startsWith("HTTP/1.1 200 ");
      assertThat(answer("GET " + page + HOST + header + "\r\nConnection: close\r\n\r\n"))
          .isEqualTo(plain);
    }
  }

  @Test
  void importsThatLieLeaveNothing() throws IOException {
    String head =
        "{\"mycelium\":1,\"createdAt\":1,\"instance\":{\"id\":\"lie\",\"type\":\"accumulative\"}}\n";
    String room = "{\"room\":\"lobby\",\"epoch\":\"e\",\"first\":1,\"seq\":2}\n";
    String entry =
        "{\"entry\":\"lobby\",\"seq\":1,\"at\":1,\"event\":\"push\",\"user\":\"a\",\"payload\":1}\n";
    for (String lie :
        new String[] {
          head,
          head + head,
          head + room,
          head + room + entry,
          head + room + entry + entry,
          head + room + room,
          head + room.replace(":2", ":9223372036854775807") + entry,
          head + room.replace(":1", ":-1") + entry,
          head + room.replace("lobby", "../../../../etc/passwd"),
          head + room + entry.replace("lobby", "../lobby"),
          head.replace("lie", "../lie") + room,
          head + "x".repeat(3 << 20),
          "[".repeat(1 << 20),
          "\n".repeat(1 << 20),
          ""
        }) {
      String length = "Content-Length: " + lie.length() + "\r\n";
      String post = "POST /api/v1/instances/lie/import" + HOST + length;
      String rest = "Content-Type: application/x-ndjson\r\nConnection: close\r\n\r\n" + lie;
      assertThat(answer(post + rest)).as(lie).matches("(?s)HTTP/1.1 4\\d\\d .*|reset");
      // And one that stops: the client is gone before the end that it promised.
      try (Socket socket = new Socket("127.0.0.1", node.port())) {
        String longer = "Content-Length: " + (lie.length() + 10) + "\r\n";
        socket
            .getOutputStream()
            .write(post.replace(length, longer).concat(rest).getBytes(StandardCharsets.US_ASCII));
      } catch (SocketException e) {
        // It was closed, as it may be.
      }
    }
    assertThat(node.request("GET", "/instances", null)).doesNotContain("lie");
  }

  @Test
  void pipelinedRequestsAreAnsweredOneAfterTheOther() throws Exception {
    int count = scaled(100_000);
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      byte[] one = ("GET /health/live" + HOST + "\r\n").getBytes(StandardCharsets.US_ASCII);
      byte[] last = ("GET /last" + HOST + "Connection: close\r\n\r\n").getBytes();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                try {
                  OutputStream out = new java.io.BufferedOutputStream(socket.getOutputStream());
                  for (int i = 0; i < count; i++) {
                    out.write(one);
                  }
                  out.write(last);
                  out.flush();
                } catch (IOException e) {
                  // It was closed, as it may be.
                }
              });
      int answers = 0;
      InputStream in = new java.io.BufferedInputStream(socket.getInputStream());
      byte[] mark = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
      int matched = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        matched = b == mark[matched] ? matched + 1 : b == mark[0] ? 1 : 0;
        if (matched == mark.length) {
          answers++;
          matched = 0;
        }
      }
      writer.join();
      assertThat(answers).isEqualTo(count);
    }
  }

  @Test
  void pipelinedRequestsWhoseAnswersNobodyReadsFillNothing() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      byte[] one = ("GET /openapi.yaml" + HOST + "\r\n").getBytes(StandardCharsets.US_ASCII);
      Thread writer =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < 20_000; i++) {
                    socket.getOutputStream().write(one);
                  }
                } catch (IOException e) {
                  // Ended below, or by the server.
                }
              });
      writer.start();
      writer.join(2000);
      node.assertUnharmed();
      socket.close();
      writer.join();
    }
  }

  @Test
  void aTokenOf64KilobytesIsRefusedUnread() throws IOException {
    String token = "x".repeat(64 << 10);
    assertThat(
            answer(
                "GET /api/v1/instances"
                    + HOST
                    + "Authorization: Bearer "
                    + token
                    + "\r\nConnection: close\r\n\r\n"))
        .matches("(?s)HTTP/1.. 431 .*|reset");
    assertThat(answer("GET /socket/siege/websocket?vsn=2.0.0&token=" + token + HOST + "\r\n"))
        .matches("(?s)HTTP/1.. 414 .*|reset");
  }

  @Test
  void noLineOfTheLogIsForgedByWhatIsSent() throws IOException {
    String forged = "2026-11-27T00:00:00.000Z ERROR Main forged";
    for (String sent :
        new String[] {
          "GET /api/v1/instances/%0a" + forged.replace(" ", "%20") + HOST,
          "GET /%0d%0a%1b%5b31m" + HOST,
          "GET /socket/a%0ab/websocket" + HOST,
          "GET /socket/siege/websocket?userId=a%0a" + forged.replace(" ", "%20") + HOST + UPGRADE,
          "GET /socket/siege/websocket?vsn=2.0.0&userId=%1b%5b31mforged" + HOST + UPGRADE,
          "GET /socket/siege/websocket?vsn=2.0.0&userId=%c2%9bforged" + HOST + UPGRADE,
          "GET /nowhere" + HOST + "X-Request-Id: \u001b[31m" + forged + "\r\n",
          "GET /nowhere" + HOST + "traceparent: 00-\u001b-" + forged + "\r\n",
          "GET /nowhere" + HOST + "X-Request-Id: a\n" + forged + "\r\n"
        }) {
      answer(sent + "Connection: close\r\n\r\n");
    }
    assertThat(node.log()).doesNotContain("forged", "\u001b");
  }
}
