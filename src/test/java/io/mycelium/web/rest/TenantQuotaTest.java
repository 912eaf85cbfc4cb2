package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Identity;
import io.mycelium.access.Tenant;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** A tenant's quota as its back end sees it; the counting itself is the deployer's. */
class TenantQuotaTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static TestNode start(Tenant tenant) {
    Identity all = Identity.everything("ada");
    Identity identity =
        new Identity("ada", all.grants(), Identity.NEVER, Identity.UNKNOWN, null, tenant);
    return TestNode.builder()
        .authenticators(Authenticators.both(request -> Future.succeededFuture(identity)))
        .start();
  }

  private static HttpResponse<String> post(TestNode node, String path, String type, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + "/api/v1" + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static HttpResponse<String> create(TestNode node) {
    return post(node, "/instances", "application/json", "{\"type\":\"accumulative\"}");
  }

  private static String code(HttpResponse<String> answer) {
    return new JsonObject(answer.body()).getString("code");
  }

  @Test
  void oneInstanceTooManyIsAnsweredMaxInstances() {
    try (TestNode node = start(new Tenant("acme", "acme-", 2, 0, 0))) {
      assertThat(create(node).statusCode()).isEqualTo(201);
      assertThat(create(node).statusCode()).isEqualTo(201);
      HttpResponse<String> refused = create(node);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(code(refused)).isEqualTo("max_instances");
      assertThat(refused.body()).contains("tenant acme has its max_instances of 2");
      HttpResponse<String> imported =
          post(node, "/instances/acme-in/import", Transfer.NDJSON, "{\"mycelium\":1}\n");
      assertThat(imported.statusCode()).isEqualTo(503);
      assertThat(code(imported)).isEqualTo("max_instances");
      node.create("{'id':'others','type':'shared'}");
    }
  }

  @Test
  void oneCreateTooManyInASecondIsAnswered429() {
    try (TestNode node = start(new Tenant("acme", "acme-", 0, 0, 1))) {
      HttpResponse<String> refused =
          node.await(() -> create(node), answer -> answer.statusCode() != 201);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(code(refused)).isEqualTo("rate_limited");
      assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(node.await(() -> create(node), answer -> answer.statusCode() != 429).statusCode())
          .isEqualTo(201);
    }
  }
}
