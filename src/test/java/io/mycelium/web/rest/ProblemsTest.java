package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Identity;
import io.mycelium.access.OpenAuthenticator;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.rest.RestServer.Answered;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The REST interface's answers to wrong requests and failures, over real HTTP. */
class ProblemsTest {
  private static final String INSTANCES = "/api/v1/instances";
  private static final String LOBBY = "/api/v1/instances/chat/rooms/lobby";

  private final Vertx vertx = Vertx.vertx();
  private StubDeployer deployer;
  private RestServer server;
  private Throwable stranger;

  @BeforeEach
  void startServer() {
    deployer = new StubDeployer(vertx);
    server = RestServer.start(vertx, this::authenticate);
    server.send("POST", INSTANCES, "{\"id\":\"chat\",\"type\":\"accumulative\"}");
  }

  private Future<Identity> authenticate(HttpServerRequest request) {
    return stranger == null
        ? new OpenAuthenticator().authenticate(request)
        : Future.failedFuture(stranger);
  }

  @AfterEach
  void stopServer() {
    server.close();
    RestServer.get(vertx.close());
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // body | field | value | expected
        "{} | type | | the name of a type, 1 to 32 characters of a-z 0-9 -",
        "{\"type\":7} | type | 7 | the name of a type, 1 to 32 characters of a-z 0-9 -",
        "{\"type\":\"a\",\"id\":\"a b\"} | id | \"a b\" | 1 to 64 characters of A-Z a-z 0-9 _ -",
        "{\"type\":\"a\",\"id\":\"a\\n\"} | id | \"a\\n\" | 1 to 64 characters of A-Z a-z 0-9 _ -",
        "{\"type\":\"a\",\"name\":\"\"} | name | \"\" | 1 to 128 characters, no control characters",
        "{\"type\":\"a\",\"bogus\":[1]} | bogus | [1] | one of the keys id, name, type, config,"
            + " rooms",
        "{\"type\":\"a\",\"config\":{\"history\":-1}} | config.history | -1 | an integer from 0 to"
            + " 10000",
        "{\"type\":\"a\",\"config\":{\"history\":1.5}} | config.history | 1.5 | an integer from 0"
            + " to 10000",
        "{\"type\":\"a\",\"config\":{\"presence\":true}} | config.presence | true | one of on, off",
        "{\"type\":\"a\",\"config\":{\"durability\":\"disk\"}} | config.durability | \"disk\" |"
            + " one of none, async, sync",
        "{\"type\":\"a\",\"config\":{\"open\":\"yes\"}} | config.open | \"yes\" | true or false",
        "{\"type\":\"a\",\"config\":{\"threading\":\"green\"}} | config.threading | \"green\" | one"
            + " of worker, event-loop, virtual",
        "{\"type\":\"a\",\"config\":{\"ping_timeout\":0}} | config.ping_timeout | 0 | an integer"
            + " from 1 to 3600",
        "{\"type\":\"a\",\"config\":{\"max_message_bytes\":1}} | config.max_message_bytes | 1 | an"
            + " integer from 1024 to 1073741824",
        "{\"type\":\"a\",\"config\":[]} | config | [] | an object",
        "{\"type\":\"a\",\"rooms\":{\"phoenix\":{}}} | rooms | \"phoenix\" | a name of 1 to 128"
            + " characters, no control characters, not phoenix, no name that every JavaScript object has",
        "{\"type\":\"a\",\"rooms\":{\"a/b ~\":{\"state\":3}}} | rooms.a/b ~.state | 3 | an object",
        "{\"type\":\"a\",\"rooms\":{\"a\":{\"x\":3}}} | rooms.a.x | 3 | one of the keys type,"
            + " state, history, presence, durability, retention_entries, retention_age, open,"
            + " patch_interval, max_meta_bytes, max_presence_bytes, max_state_bytes,"
            + " slow_consumer, settings",
        "{\"type\":\"a\",\"rooms\":{\"%8A\":{\"\\b%\":3}}} | rooms.%8A.\b% | 3 | one of the keys"
            + " type, state, history, presence, durability, retention_entries, retention_age, open,"
            + " patch_interval, max_meta_bytes, max_presence_bytes, max_state_bytes,"
            + " slow_consumer, settings",
        "{\"type\":\"a\",\"config\":{\"max_connections\":11295724.0}} | config.max_connections |"
            + " 1.1295724E7 | an integer from 1 to 10000000",
        "[] | body | [] | an object",
        "null | body | null | an object",
      })
  void wrongValueIsNamedWithWhatWasExpected(
      String body, String field, String value, String expected) {
    Answered refused = server.send("POST", INSTANCES, body);

    refused.problem(422, "invalid_config");
    assertThat(refused.onlyError().getString("field")).isEqualTo(field);
    assertThat(refused.onlyError().getString("value")).isEqualTo(value);
    assertThat(refused.onlyError().getString("expected")).isEqualTo(expected);
  }

  @Test
  void everyWrongValueIsNamedAtOnce() {
    Answered refused =
        server.send("POST", INSTANCES, "{\"id\":\"\",\"config\":{\"hsitory\":1,\"open\":1}}");

    JsonObject problem = refused.problem(422, "invalid_config");
    assertThat(
            problem.getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("field")))
        .containsExactlyInAnyOrder("type", "id", "config.hsitory", "config.open");
    assertThat(problem.getString("detail")).contains("and 3 more");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "?limit=0 | limit | 0 | an integer from 1 to 1000",
        "?id=a&id=a%20b | id | a, a b | up to 100 ids, each 1 to 64 characters of A-Z a-z 0-9 _ -",
        "?limit=ten | limit | ten | an integer from 1 to 1000",
        "?limit=1&limit=2 | limit | 1, 2 | one value",
        "?status=dead | status | dead | one of starting, running, restarting, failed, idle,"
            + " stopping",
        "/a%20b | id | a b | 1 to 64 characters of A-Z a-z 0-9 _ -",
        "/chat/rooms/phoenix | room | phoenix | 1 to 128 characters, no control characters, not"
            + " phoenix, no name that every JavaScript object has",
        "/chat/rooms/__proto__ | room | __proto__ | 1 to 128 characters, no control characters, not"
            + " phoenix, no name that every JavaScript object has",
        "/chat/rooms/lobby/entries?after=-1 | after | -1 | an integer from 0 to 9007199254740991",
        "/chat?verbose=1 | verbose | 1 | no query parameter",
      })
  void wrongParameterIsNamedWithWhatWasExpected(
      String path, String field, String value, String expected) {
    Answered refused = server.send("GET", INSTANCES + path);

    refused.problem(400, "bad_request");
    assertThat(refused.onlyError())
        .isEqualTo(
            new JsonObject().put("field", field).put("value", value).put("expected", expected));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\": | line 1, column 9",
        "{\"type\":\"a\"} x | line 1",
        "{'type':1} | line 1, column 2",
        "{\"type\":\"a\",\"type\":\"b\"} | the key \"type\" is there twice",
        "{\"a\":1e999} | out of range",
        "`` | it is empty",
      })
  void malformedJsonIsRefusedWithItsPlace(String body, String detail) {
    Answered refused = server.send("POST", INSTANCES, body);

    assertThat(refused.problem(400, "bad_request").getString("detail")).contains(detail);
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    String deep = "[".repeat(10_000) + "]".repeat(10_000);

    server
        .send("POST", LOBBY + "/messages", "{\"payload\":" + deep + "}")
        .problem(400, "bad_request");
  }

  @Test
  void messageWithoutPayloadIsAnInvalidPayload() {
    Answered refused = server.send("POST", LOBBY + "/messages", "{\"user\":\"bot\"}");

    refused.problem(422, "invalid_payload");
    assertThat(refused.onlyError().getString("field")).isEqualTo("payload");
  }

  @Test
  void bodyThatIsNotJsonByItsContentTypeIsUnsupported() {
    Answered form =
        server.send("POST", INSTANCES, "type=chat", "application/x-www-form-urlencoded");
    Answered none = server.send("POST", INSTANCES, "{}", null);

    form.problem(415, "unsupported_media_type");
    assertThat(form.onlyError().getString("expected")).isEqualTo("application/json");
    none.problem(415, "unsupported_media_type");
    server
        .send("POST", INSTANCES, "{\"type\":\"a\"}", "Application/JSON; charset=utf-8")
        .json()
        .getString("id");
  }

  @Test
  void bodyOverTheLimitIsTooLargeAndTheConnectionGoesOn() {
    String large = "{\"type\":\"" + "a".repeat(RestServer.MAX_BODY_BYTES) + "\"}";

    Answered refused = server.send("POST", INSTANCES, large);

    refused.problem(413, "message_too_large");
    assertThat(refused.onlyError().getString("expected")).isEqualTo("at most 65536 bytes");
    assertThat(server.send("GET", INSTANCES).status()).isEqualTo(200);
  }

  @Test
  void chunkedBodyOverTheLimitIsTooLarge() {
    String chunk = "10000\r\n" + "a".repeat(65_536) + "\r\n";

    String answer =
        raw(
            "POST "
                + INSTANCES
                + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + chunk
                + chunk);

    assertThat(answer).startsWith("HTTP/1.1 413").contains("message_too_large");
  }

  @Test
  void whatIsNotEvenHttpGetsAProblemToo() {
    assertThat(raw("NOT HTTP\r\n\r\n")).contains(" 400 ", "application/problem+json");
    assertThat(raw("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 414 ", "bad_request");
    assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nA: " + "a".repeat(9_000) + "\r\n\r\n"))
        .contains(" 431 ", "bad_request");
    assertThat(raw("GET /api/v1/types HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json");
  }

  private String raw(String text) {
    NetSocket socket = RestServer.get(vertx.createNetClient().connect(server.port(), "127.0.0.1"));
    Promise<String> head = Promise.promise();
    Buffer received = Buffer.buffer();
    socket.handler(
        bytes -> {
          received.appendBuffer(bytes);
          if (received.toString().endsWith("}")) {
            head.tryComplete(received.toString());
          }
        });
    socket.closeHandler(closed -> head.tryComplete(received.toString()));
    socket.write(text);
    String answer = RestServer.get(head.future());
    socket.close();
    return answer;
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource({"/api/v1/nope", "/nope", "/api/v1", "/api/v1/", "/problems/nope"})
  void unknownPathIsNotFound(String path) {
    server.send("GET", path).problem(404, "not_found");
  }

  @Test
  void badPercentEncodingIsABadRequest() {
    server.send("GET", INSTANCES + "/%zz").problem(400, "bad_request");
    server.send("GET", INSTANCES + "?name=%zz").problem(400, "bad_request");
  }

  @Test
  void wrongMethodIsAnsweredWithThoseAllowed() {
    Answered refused = server.send("PATCH", INSTANCES + "/chat");

    refused.problem(405, "method_not_allowed");
    assertThat(refused.headers().get("Allow")).isEqualTo("DELETE, GET");
    assertThat(server.send("POST", "/openapi.yaml", "{}").headers().get("Allow"))
        .isEqualTo("GET, HEAD");
  }

  @Test
  void strangerIsUnauthorizedBeforeTheBodyIsRead() {
    stranger = new Refusal(ErrorCode.UNAUTHORIZED, "the token has expired");

    Answered refused = server.send("POST", INSTANCES, "not even json");

    assertThat(refused.problem(401, "unauthorized").getString("detail"))
        .isEqualTo("the token has expired");
    stranger = null;
    assertThat(server.send("GET", INSTANCES).status()).isEqualTo(200);
  }

  @Test
  void impossibleUserIdIsRefused() {
    server
        .send("POST", LOBBY + "/messages?userId=a%00b", "{\"payload\":1}")
        .problem(400, "bad_request");
  }

  @Test
  void takenIdIsAConflict() {
    Answered refused = server.send("POST", INSTANCES, "{\"id\":\"chat\",\"type\":\"shared\"}");

    refused.problem(409, "id_taken");
    assertThat(refused.onlyError().getString("value")).isEqualTo("chat");
  }

  @Test
  void everyRefusalOfTheDeployerIsAProblemWithItsOwnStatus() {
    for (ErrorCode code : ErrorCode.values()) {
      deployer.failWith(new Refusal(code, "because"));

      Answered refused = server.send("POST", LOBBY + "/messages", "{\"payload\":1}");

      JsonObject problem = refused.problem(code.httpStatus(), code.reason());
      assertThat(problem.getString("detail")).isEqualTo("because");
      assertThat(refused.headers().get("Retry-After")).isEqualTo(code.retryable() ? "1" : null);
      assertThat(server.send("GET", problem.getString("type")).json().getInteger("status"))
          .isEqualTo(code.httpStatus());
    }
  }

  @Test
  void everyStatusInTheContractIsProducedByACode() {
    JsonObject paths = server.contract().at("/paths");
    List<Integer> produced = Arrays.stream(ErrorCode.values()).map(ErrorCode::httpStatus).toList();

    for (Object path : paths.getMap().values()) {
      JsonObject.mapFrom(path)
          .forEach(
              entry -> {
                if (entry.getValue() instanceof JsonObject operation
                    && operation.containsKey("responses")) {
                  operation.getJsonObject("responses").fieldNames().stream()
                      .map(Integer::valueOf)
                      .filter(status -> status >= 400)
                      .forEach(status -> assertThat(produced).contains(status));
                }
              });
    }
  }

  @Test
  void noDeployerMeansTryAgain() {
    Vertx alone = Vertx.vertx();
    try (RestServer lonely = RestServer.start(alone, new OpenAuthenticator())) {
      Answered refused = lonely.send("GET", INSTANCES);

      refused.problem(503, "instance_restarting");
      assertThat(refused.headers().get("Retry-After")).isEqualTo("1");
    }
    RestServer.get(alone.close());
  }

  @Test
  void unexpectedFailureTellsTheClientNothingButTheIncident() {
    Answered failed = server.send("GET", "/broken");

    assertThat(failed.problem(500, "internal").getString("instance")).startsWith("urn:uuid:");
    assertThat(failed.body().toString()).doesNotContain("secret").doesNotContain("Exception");
  }
}
