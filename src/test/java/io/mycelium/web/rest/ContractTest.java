package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.mycelium.access.OpenAuthenticator;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.web.WebConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.openapi.contract.Operation;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document at {@code /openapi.yaml} and the code say the same. */
class ContractTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static Contract contract;

  @BeforeAll
  static void load() {
    contract = RestServer.get(Contract.loaded());
  }

  @AfterAll
  static void close() {
    RestServer.get(VERTX.close());
  }

  @Test
  void documentIsValidOpenApi31() {
    assertThat(contract.openApi().getVersion().name()).isEqualTo("V3_1");
    assertThat(contract.openApi().operations()).hasSize(22);
  }

  @Test
  void jsonOfTheBuildSaysWhatTheYamlSays() {
    assertThat(new JsonObject(ClassPathFiles.read("openapi.json")))
        .isEqualTo(ContractJson.ofYaml());
  }

  @Test
  void everyOperationHasCodeAndAllCodeHasAnOperation() {
    RestApi api =
        new RestApi(
            VERTX,
            contract,
            new InstanceDirectory(VERTX),
            new OpenAuthenticator(),
            WebConfig.DEFAULT.maxBodyBytes(),
            new Transfers(HttpConfig.DEFAULT));

    assertThatCode(() -> api.mount(Router.router(VERTX))).doesNotThrowAnyException();
  }

  @Test
  void servedDocumentIsTheFile() {
    new StubDeployer(VERTX);
    try (RestServer server = RestServer.start(VERTX, new OpenAuthenticator())) {
      RestServer.Answered document = server.send("GET", "/openapi.yaml");

      assertThat(document.headers().get("Content-Type")).isEqualTo("application/yaml");
      assertThat(document.body()).isEqualTo(contract.text());
    }
  }

  @Test
  void requestSchemasRefuseUnknownKeys() {
    for (String name : List.of("NewInstance", "Config", "RoomSettings", "NewMessage", "Move")) {
      assertThat(contract.at("/components/schemas/" + name).getValue("additionalProperties"))
          .as(name)
          .isEqualTo(false);
    }
  }

  @Test
  void everySettingHasADescription() {
    for (String name :
        List.of("NewInstance", "Config", "RoomSettings", "NewMessage", "Stats", "Move", "Node")) {
      JsonObject properties =
          contract.at("/components/schemas/" + name).getJsonObject("properties");
      properties
          .fieldNames()
          .forEach(
              key -> {
                JsonObject property = properties.getJsonObject(key);
                assertThat(
                        property.getString(
                            "description", contract.deref(property).getString("description")))
                    .as(name + "." + key)
                    .isNotBlank();
              });
    }
  }

  @Test
  void everyExampleOfABodyFulfilsItsSchema() {
    for (Operation operation : contract.openApi().operations()) {
      if (operation.getRequestBody() != null
          && !Transfer.OPERATIONS.contains(operation.getOperationId())) {
        BodySchema schema = new BodySchema(contract, operation);
        String path =
            "/paths/"
                + operation.getOpenAPIPath().replace("/", "~1")
                + "/"
                + operation.getHttpMethod().name().toLowerCase(java.util.Locale.ROOT)
                + "/requestBody/content/application~1json";
        JsonObject examples = contract.at(path).getJsonObject("examples");
        assertThat(examples).isNotEmpty();
        examples.forEach(
            example ->
                assertThat(
                        schema.violations(((JsonObject) example.getValue()).getJsonObject("value")))
                    .isEmpty());
      }
    }
  }
}
