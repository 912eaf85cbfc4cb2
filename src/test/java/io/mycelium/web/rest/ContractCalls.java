package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import io.vertx.openapi.contract.Operation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** Calls each operation of the contract with what fulfils the contract. */
final class ContractCalls {
  /** Bodies of the operations that have one; ID stands for the instance. */
  private static final Map<String, String> BODIES =
      Map.of(
          "createInstance", "{\"id\":\"ID\",\"type\":\"accumulative\"}",
          "putRoom", "{}",
          "sendMessage", "{\"payload\":1}",
          "importInstance", "{}",
          "moveInstance", "{}",
          "createRevocation", "{\"token\":\"x\"}");

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final List<Operation> operations;

  ContractCalls(TestNode node) {
    port = node.port();
    operations = TestNode.await(Contract.loaded()).openApi().operations();
    assertThat(operations).hasSizeGreaterThan(10);
  }

  List<Operation> operations() {
    return operations;
  }

  HttpResponse<String> send(Operation operation, String instance, String token) {
    String body = BODIES.getOrDefault(operation.getOperationId(), "").replace("ID", instance);
    return send(operation, instance, body, token);
  }

  /**
   * @param token null for none
   */
  HttpResponse<String> send(Operation operation, String instance, String body, String token) {
    String path =
        operation
            .getAbsoluteOpenAPIPath()
            .replace("{id}", instance)
            .replace("{room}", "general")
            .replace("{node}", "some-node");
    assertThat(path).as("every parameter has its value here").doesNotContain("{");
    boolean lines = operation.getOperationId().equals("importInstance");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", lines ? "application/x-ndjson" : "application/json")
            .method(operation.getHttpMethod().name(), HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }
}
