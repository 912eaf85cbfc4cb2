package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.Operation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A REST client (the JDK's) that checks every response against the contract: the operation
 * documents the status, the body conforms to the schema, and a body of ours has only keys that the
 * schema names. Records the statuses that it saw.
 */
final class CheckedClient {
  /** A response that conforms to the document. */
  record Checked(HttpResponse<String> response) {
    JsonObject json() {
      return new JsonObject(response.body());
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    Checked is(int status) {
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      return this;
    }

    /** The problem document, if it is one of this status and code. */
    JsonObject problem(int status, String code) {
      is(status);
      assertThat(json().getString("code")).isEqualTo(code);
      assertThat(json().getInteger("status")).isEqualTo(status);
      return json();
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final Contract contract;
  private final int port;
  private final Set<String> seen;

  /**
   * @param seen gets {@code "operation status"} of each answer
   */
  CheckedClient(Vertx vertx, int port, Set<String> seen) {
    this.contract = RestServer.get(Contract.loaded());
    this.port = port;
    this.seen = seen;
  }

  /** {@code "operation status"} of all documented responses. */
  Set<String> documented() {
    Set<String> all = new TreeSet<>();
    for (Operation operation : contract.openApi().operations()) {
      responses(operation).stream()
          .filter(status -> status.matches("\\d{3}"))
          .forEach(status -> all.add(operation.getOperationId() + " " + status));
    }
    return all;
  }

  private static Set<String> responses(Operation operation) {
    return operation.getOpenAPIModel().getJsonObject("responses").fieldNames();
  }

  Checked send(String operation, String path) {
    return send(operation, path, null);
  }

  /** A body with single quotes for double ones. */
  Checked send(String operation, String path, String body) {
    return send(operation, path, body, "application/json");
  }

  Checked send(String operationId, String path, String body, String contentType) {
    Operation operation = contract.openApi().operation(operationId);
    HttpResponse<String> response =
        exchange(operation.getHttpMethod().name(), "/api/v1" + path, body, contentType);
    check(operation, response);
    seen.add(operationId + " " + response.statusCode());
    return new Checked(response);
  }

  /** An exchange outside the contract's operations. */
  HttpResponse<String> exchange(String method, String path, String body, String contentType) {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", contentType)
            .method(method, publisher)
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  private void check(Operation operation, HttpResponse<String> response) {
    int status = response.statusCode();
    String as = operation.getOperationId() + " " + status + " " + response.body();
    assertThat(responses(operation)).as(as).contains(String.valueOf(status));
    if (status == 204) {
      assertThat(response.body()).as(as).isEmpty();
      return;
    }
    String type = response.headers().firstValue("Content-Type").orElse(null);
    if (status < 400 && operation.getOperationId().equals("exportInstance")) {
      assertThat(type).as(as).isEqualTo(Transfer.NDJSON);
      return;
    }
    assertThat(type).as(as).isEqualTo(status < 400 ? "application/json" : Problem.MEDIA_TYPE);
    JsonSchema schema = schema(operation, status);
    JsonObject body = new JsonObject(response.body());
    OutputUnit result = contract.openApi().getSchemaRepository().validator(schema).validate(body);
    assertThat(result.getValid()).as(as + result.getErrors()).isTrue();
    assertThat(named(operation, status)).as(as).containsAll(body.fieldNames());
  }

  private Set<String> named(Operation operation, int status) {
    String success =
        "/paths/"
            + operation.getOpenAPIPath().replace("/", "~1")
            + "/"
            + operation.getHttpMethod().name().toLowerCase(Locale.ROOT)
            + "/responses/"
            + status
            + "/content/application~1json/schema";
    JsonObject schema = contract.at(status < 400 ? success : "/components/schemas/Problem");
    return schema.getJsonObject("properties").fieldNames();
  }

  private JsonSchema schema(Operation operation, int status) {
    return status < 400
        ? operation.getResponse(status).getContent().get(MediaType.APPLICATION_JSON).getSchema()
        : JsonSchema.of(contract.at("/components/schemas/Problem"));
  }
}
