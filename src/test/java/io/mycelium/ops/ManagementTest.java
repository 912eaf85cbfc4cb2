package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The management port, asked by an HTTP client that is not Vert.x's. */
@ExtendWith(VertxExtension.class)
class ManagementTest {
  private static final OpsConfig ANY_PORT = onPort(0);

  private final HttpClient client = HttpClient.newHttpClient();
  private final Health health = new Health();
  private final Meters meters = new Meters(Set.of("going_away"), Set.of("overloaded"));
  private final ManagementVerticle management = new ManagementVerticle(ANY_PORT, health, meters);

  private static OpsConfig onPort(int port) {
    Duration ms = Duration.ofMillis(1);
    return new OpsConfig(
        "127.0.0.1", port, "text", "info", Duration.ofSeconds(1), 1, ms, Duration.ZERO);
  }

  @BeforeEach
  void deploy(Vertx vertx) {
    vertx.deployVerticle(management).await();
  }

  @Test
  void readyIs200WhenEveryCheckIsUp() throws Exception {
    health.register("instances", () -> Health.Check.up("3 running"));
    HttpResponse<String> response = get("/health/ready");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new JsonObject(response.body()))
        .isEqualTo(
            new JsonObject(
                """
                {"status": "up", "checks": {
                  "draining": {"status": "up"},
                  "instances": {"status": "up", "detail": "3 running"}}}
                """));
  }

  @Test
  void readyIs503AndNamesTheCheckThatIsDown() throws Exception {
    health.register("instances", () -> Health.Check.UP);
    health.register("journal", () -> Health.Check.down("disk is full"));
    HttpResponse<String> response = get("/health/ready");
    assertThat(response.statusCode()).isEqualTo(503);
    JsonObject body = new JsonObject(response.body());
    assertThat(body.getString("status")).isEqualTo("down");
    assertThat(body.getJsonObject("checks").getJsonObject("journal").getString("detail"))
        .isEqualTo("disk is full");
  }

  @Test
  void checkThatThrowsIsDown() throws Exception {
    health.register(
        "journal",
        () -> {
          throw new IllegalStateException("closed");
        });
    HttpResponse<String> response = get("/health/ready");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("closed");
  }

  @Test
  void drainingNodeIsAliveButNotReady() throws Exception {
    health.drain();
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreServedAsPrometheusText() throws Exception {
    meters.connectionOpened();
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body()).contains("mycelium_connections 1.0");
  }

  @Test
  void takenPortIsNamed(Vertx vertx) {
    OpsConfig taken = onPort(management.port());
    Throwable cause =
        vertx
            .deployVerticle(new ManagementVerticle(taken, health, meters))
            .transform(result -> Future.succeededFuture(result.cause()))
            .await();
    assertThat(cause).hasMessageStartingWith("ops.management_port is " + management.port());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + management.port() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
