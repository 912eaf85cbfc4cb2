package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Guards;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.TricklingClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many exports and imports there are at once, how slow they may be, and how large. */
class TransferLimitsTest {
  private static final String IMPORT =
      "POST /api/v1/instances/new/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n"
          + "Content-Type: application/x-ndjson\r\n\r\n";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private TestNode node;
  private PhoenixSocket healthy;

  @BeforeEach
  void startNode() {
    Duration second = Duration.ofSeconds(1);
    HttpConfig http = new HttpConfig(2048, 4096, second, second, second, 1, 1, 64 << 10);
    node = TestNode.builder().guards(Guards.http(http)).start();
    node.create("{'id':'x','type':'accumulative'}");
    healthy = node.connect("x");
    healthy.join("lobby");
  }

  @AfterEach
  void stopNode() {
    healthy.send("['1','last','lobby','push','still here']");
    assertThat(healthy.awaitReply("last").getJsonObject(4).getString("status")).isEqualTo("ok");
    node.close();
  }

  private HttpResponse<String> send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.port() + "/api/v1/instances/" + path))
            .header("Content-Type", "application/x-ndjson")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String export() {
    return send("GET", "x/export", "").body();
  }

  private TricklingClient trickling() {
    return new TricklingClient(node.port(), IMPORT, " ");
  }

  /**
   * The refusal of a quick transfer, since a slow one has the only place.
   *
   * @param again begins the slow one once more: it came while a quick one had the place, and was
   *     refused itself, or has given its own back already
   */
  private HttpResponse<String> refusedBesideSlow(
      Supplier<HttpResponse<String>> quick, Runnable again) {
    return node.await(
        () -> {
          HttpResponse<String> answer = quick.get();
          if (answer.statusCode() != 503) {
            again.run();
          }
          return answer;
        },
        answer -> answer.statusCode() == 503);
  }

  @Test
  void oneMoreImportThanThereMayBeIsRefusedAndATrickledOneGivesItsPlaceBack() {
    String lines = export();
    AtomicInteger tries = new AtomicInteger();
    AtomicReference<TricklingClient> slow = new AtomicReference<>(trickling());
    HttpResponse<String> refused =
        refusedBesideSlow(
            () -> send("POST", "y" + tries.incrementAndGet() + "/import", lines),
            () -> {
              if (slow.get().isAnswered()) {
                slow.getAndSet(trickling()).close();
              }
            });
    assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("overloaded");
    assertThat(refused.body()).contains("http.max_imports of 1");
    assertThat(slow.get().readToEnd()).contains("HTTP/1.1 504", "http.body_timeout");
    slow.get().close();
    assertThat(
            node.await(() -> send("POST", "z/import", lines), a -> a.statusCode() != 503)
                .statusCode())
        .isEqualTo(201);
    assertThat(node.refusedUpgrade("new")).isEqualTo(404);
  }

  @Test
  void anImportThatIsTooLargeLeavesNothing() {
    String lines = export();
    HttpResponse<String> refused = send("POST", "big/import", lines + " \n".repeat(33 << 10));
    assertThat(refused.statusCode()).isEqualTo(413);
    assertThat(refused.body()).contains("message_too_large", "http.max_import_bytes, 65536");
    assertThat(node.refusedUpgrade("big")).isEqualTo(404);
    assertThat(send("POST", "big/import", lines).statusCode()).isEqualTo(201);
  }

  @Test
  void anExportThatNobodyReadsGivesItsPlaceBack() {
    for (int i = 0; i < 120; i++) {
      healthy.send("['1','" + i + "','lobby','push','" + "x".repeat(100_000) + "']");
      healthy.awaitReply(String.valueOf(i));
    }
    AtomicReference<RawSocket> deaf = new AtomicReference<>(deafExport());
    HttpResponse<String> refused =
        refusedBesideSlow(
            () -> send("GET", "x/export", ""), () -> deaf.getAndSet(deafExport()).close());
    assertThat(refused.body()).contains("http.max_exports of 1");
    HttpResponse<String> later =
        node.await(() -> send("GET", "x/export", ""), a -> a.statusCode() == 200);
    assertThat(later.body()).matches("(?s).*\\{\"end\":\\d+}\n");
    deaf.get().close();
  }

  private RawSocket deafExport() {
    RawSocket deaf = RawSocket.tcp(node.port());
    deaf.raw("GET /api/v1/instances/x/export HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
    return deaf;
  }
}
