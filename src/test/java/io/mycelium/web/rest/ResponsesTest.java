package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Identity;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.rest.RestServer.Answered;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.Operation;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Each operation answers each status that the contract documents for it, in the documented shape.
 */
class ResponsesTest {
  private static final Map<String, String> BODIES =
      Map.of(
          "createInstance", "{\"id\":\"new\",\"type\":\"accumulative\"}",
          "putRoom", "{}",
          "sendMessage", "{\"payload\":1.0}",
          "importInstance", "{\"end\":0}",
          "moveInstance", "{}",
          "createRevocation", "{\"token\":\"x\"}");

  /**
   * The document's other 4xx and 5xx come from one place for all operations; the deployer decides
   * these.
   */
  private static final Map<Integer, ErrorCode> REFUSALS =
      Map.of(
          404, ErrorCode.UNKNOWN_INSTANCE,
          409, ErrorCode.ID_TAKEN,
          422, ErrorCode.UNKNOWN_TYPE,
          429, ErrorCode.RATE_LIMITED,
          500, ErrorCode.INSTANCE_CRASHED,
          503, ErrorCode.OVERLOADED,
          504, ErrorCode.TIMEOUT);

  private final Vertx vertx = Vertx.vertx();
  private final StubDeployer deployer = new StubDeployer(vertx);
  private boolean stranger;
  private boolean powerless;

  @Test
  void eachDocumentedStatusIsProducedInTheDocumentedShape() {
    try (RestServer server = RestServer.start(vertx, request -> identity())) {
      for (Operation operation : server.contract().openApi().operations()) {
        Set<Integer> documented = new TreeSet<>();
        operation.getOpenAPIModel().getJsonObject("responses").fieldNames().stream()
            .filter(status -> status.matches("\\d{3}"))
            .forEach(status -> documented.add(Integer.valueOf(status)));
        Set<Integer> produced = new TreeSet<>();
        for (int status : documented) {
          Answered answered = provoke(server, operation, status);
          produced.add(answered.status());
          check(server, operation, answered);
        }
        assertThat(produced).as(operation.getOperationId()).isEqualTo(documented);
      }
    }
    RestServer.get(vertx.close());
  }

  private Future<Identity> identity() {
    return stranger
        ? Future.failedFuture(new Refusal(ErrorCode.UNAUTHORIZED, "who are you"))
        : Future.succeededFuture(
            powerless ? Identity.nothing("tester") : Identity.everything("tester"));
  }

  private Answered provoke(RestServer server, Operation operation, int status) {
    String path =
        operation
            .getAbsoluteOpenAPIPath()
            .replace("{id}", "chat")
            .replace("{room}", "general")
            .replace("{node}", StubNodes.ID);
    String method = operation.getHttpMethod().name();
    String body = BODIES.get(operation.getOperationId());
    String type =
        operation.getOperationId().equals("importInstance") ? Transfer.NDJSON : "application/json";
    deployer.failWith(null);
    deployer.reset();
    if (status == 200 && operation.getOperationId().equals("putRoom")) {
      server.send("PUT", path, body);
    } else if (!operation.getOperationId().equals("putRoom")) {
      server.send("PUT", "/api/v1/instances/chat/rooms/general", "{}");
    }
    if (REFUSALS.containsKey(status)) {
      deployer.failWith(new Refusal(REFUSALS.get(status), "because"));
    }
    stranger = status == 401;
    powerless = status == 403;
    try {
      return switch (status) {
        case 400 -> server.send(method, path + "?nonsense=1", body, type);
        case 413 ->
            server.send(method, path, "\"" + "x".repeat(RestServer.MAX_BODY_BYTES) + "\"", type);
        case 415 -> server.send(method, path, body, "text/plain");
        default -> server.send(method, path, body, type);
      };
    } finally {
      stranger = false;
      powerless = false;
    }
  }

  private static void check(RestServer server, Operation operation, Answered answered) {
    String as = operation.getOperationId() + " " + answered.status() + " " + answered.body();
    if (answered.status() == 204) {
      assertThat(answered.body().length()).as(as).isZero();
      return;
    }
    if (operation.getOperationId().equals("exportInstance") && answered.status() == 200) {
      assertThat(answered.headers().get("Content-Type")).as(as).isEqualTo(Transfer.NDJSON);
      assertThat(answered.body().toString().lines())
          .as(as)
          .containsExactly(
              "{\"id\":\"chat\"}",
              "{\"room\":\"lobby\"}",
              "{\"entry\":\"lobby\"}",
              "{\"entry\":\"lobby\"}",
              "{\"end\":2}");
      return;
    }
    JsonSchema schema;
    if (answered.status() >= 400) {
      assertThat(answered.headers().get("Content-Type")).as(as).isEqualTo(Problem.MEDIA_TYPE);
      JsonObject schemas =
          server
              .contract()
              .openApi()
              .getRawContract()
              .getJsonObject("components")
              .getJsonObject("schemas");
      schema = JsonSchema.of(schemas.getJsonObject("Problem"));
    } else {
      schema =
          operation
              .getResponse(answered.status())
              .getContent()
              .get(MediaType.APPLICATION_JSON)
              .getSchema();
    }
    OutputUnit result =
        server
            .contract()
            .openApi()
            .getSchemaRepository()
            .validator(schema)
            .validate(answered.json());
    assertThat(result.getValid()).as(as + result.getErrors()).isTrue();
  }
}
