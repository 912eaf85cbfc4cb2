package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.OpenAuthenticator;
import io.mycelium.web.rest.RestServer.Answered;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The REST interface's answers to valid requests, over real HTTP. */
class RestApiTest {
  private static final String CHAT = "{\"id\":\"chat\",\"type\":\"accumulative\"}";

  private final Vertx vertx = Vertx.vertx();
  private RestServer server;

  @BeforeEach
  void startServer() {
    new StubDeployer(vertx);
    server = RestServer.start(vertx, new OpenAuthenticator());
  }

  @AfterEach
  void stopServer() {
    server.close();
    RestServer.get(vertx.close());
  }

  @Test
  void createdInstanceIsAnsweredWithItsLocationAndSocket() {
    Answered created = server.send("POST", "/api/v1/instances", CHAT);

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.headers().get("Location")).isEqualTo("/api/v1/instances/chat");
    assertThat(created.json().getString("socket")).isEqualTo("/socket/chat");
    assertThat(server.send("GET", created.headers().get("Location")).json())
        .isEqualTo(created.json());
  }

  @Test
  void instanceWithoutAnIdGetsOne() {
    Answered created = server.send("POST", "/api/v1/instances", "{\"type\":\"shared\"}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(server.send("GET", "/api/v1/instances/" + created.json().getString("id")).status())
        .isEqualTo(200);
  }

  @Test
  void everySettingOfTheContractIsAccepted() {
    String spec =
        """
        {"id":"all","name":"All of it","type":"shared",
         "config":{"history":100.0,"presence":"off","durability":"none","open":true,"patch_interval":50,
           "max_connections":10,"max_message_bytes":1024,"threading":"event-loop","ping_interval":1,"ping_timeout":3600,
           "retention_entries":2147483647,"retention_age":0,"max_meta_bytes":0,"max_presence_bytes":1024,"max_state_bytes":1024,
           "slow_consumer":"drop_oldest","settings":{"any":["thing"]}},
         "rooms":{"general":{},"Büro / 日本":{"type":"shared","state":{"x":1},"history":10000,"presence":"on",
           "durability":"none","open":false,"patch_interval":60000,"retention_entries":0,
           "retention_age":2147483647,"max_meta_bytes":1048576,"max_presence_bytes":1073741824,"max_state_bytes":1073741824,
           "slow_consumer":"conflate","settings":{"any":["thing"]}}}}\
        """;

    Answered created = server.send("POST", "/api/v1/instances", spec);

    assertThat(created.status()).as(created.body().toString()).isEqualTo(201);
    assertThat(created.json().getJsonObject("rooms").fieldNames()).contains("general", "Büro / 日本");
  }

  @Test
  void deletedInstanceIsUnknown() {
    server.send("POST", "/api/v1/instances", CHAT);

    Answered deleted = server.send("DELETE", "/api/v1/instances/chat");

    assertThat(deleted.status()).isEqualTo(204);
    assertThat(deleted.body().length()).isZero();
    server.send("GET", "/api/v1/instances/chat").problem(404, "unknown_instance");
  }

  @Test
  void instancesAreListedPageByPage() {
    for (String id : List.of("a", "b", "c")) {
      server.send("POST", "/api/v1/instances", "{\"id\":\"" + id + "\",\"type\":\"shared\"}");
    }

    JsonObject first = server.send("GET", "/api/v1/instances?limit=2").json();
    JsonObject second =
        server.send("GET", "/api/v1/instances?limit=2&after=" + first.getString("next")).json();

    assertThat(ids(first)).containsExactly("a", "b");
    assertThat(ids(second)).containsExactly("c");
    assertThat(second.getString("next")).isNull();
  }

  @Test
  void instancesAreFilteredByTypeStatusAndName() {
    server.send("POST", "/api/v1/instances", "{\"id\":\"a\",\"type\":\"shared\",\"name\":\"7\"}");
    server.send("POST", "/api/v1/instances", CHAT);

    assertThat(
            ids(server.send("GET", "/api/v1/instances?type=shared&status=running&name=7").json()))
        .containsExactly("a");
    assertThat(ids(server.send("GET", "/api/v1/instances?status=failed").json())).isEmpty();
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("id"))
        .toList();
  }

  @Test
  void restartAnswersWithTheInstance() {
    server.send("POST", "/api/v1/instances", CHAT);

    Answered restarted = server.send("POST", "/api/v1/instances/chat/restart", null, null);

    assertThat(restarted.status()).isEqualTo(200);
    assertThat(restarted.json().getString("id")).isEqualTo("chat");
  }

  @Test
  void roomIsAddedOnceAndThenFound() {
    server.send("POST", "/api/v1/instances", CHAT);

    Answered added = server.send("PUT", "/api/v1/instances/chat/rooms/general", "{}");
    Answered again = server.send("PUT", "/api/v1/instances/chat/rooms/general", "{}");

    assertThat(added.status()).isEqualTo(201);
    assertThat(added.headers().get("Location")).isEqualTo("/api/v1/instances/chat/rooms/general");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json()).isEqualTo(added.json());
    assertThat(server.send("DELETE", "/api/v1/instances/chat/rooms/general").status())
        .isEqualTo(204);
    server.send("GET", "/api/v1/instances/chat/rooms/general").problem(404, "unknown_room");
  }

  @Test
  void roomNamesMayHoldAnythingButControlCharacters() {
    server.send("POST", "/api/v1/instances", CHAT);

    for (String encoded :
        List.of(
            "3.14",
            "true",
            "null",
            "a+b",
            "a%2Fb",
            "a%20b",
            "%22",
            "B%C3%BCro",
            "..%2F",
            "%F0%9F%8D%84")) {
      Answered added = server.send("PUT", "/api/v1/instances/chat/rooms/" + encoded, "{}");
      assertThat(added.status()).as(encoded + added.body()).isEqualTo(201);
      Answered found = server.send("GET", added.headers().get("Location"));
      assertThat(found.status()).as(encoded).isEqualTo(200);
      assertThat(found.json().getString("name"))
          .isEqualTo(URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
  }

  @Test
  void payloadReachesTheRoomAsTheTextThatWasSent() {
    server.send("POST", "/api/v1/instances", CHAT);
    List<String> payloads =
        List.of(
            "1.0",
            "12345678901234567890.5",
            "1e400",
            "-0",
            "null",
            "\"\\u00e9 }{,\"",
            "[1, 2 ]",
            "{\"b\" : 1,\"a\":[{}]}",
            "true");

    for (String payload : payloads) {
      String body = "{\"user\":\"bot\", \"payload\" : " + payload + " }";
      assertThat(server.send("POST", "/api/v1/instances/chat/rooms/lobby/messages", body).status())
          .as(payload)
          .isEqualTo(200);
    }

    String entries =
        server.send("GET", "/api/v1/instances/chat/rooms/lobby/entries").body().toString();
    assertThat(payloads)
        .allSatisfy(payload -> assertThat(entries).contains("\"payload\":" + payload + "}"));
  }

  @Test
  void largePayloadIsParsedOffTheEventLoopAndKeptAsItIs() {
    server.send("POST", "/api/v1/instances", CHAT);
    String payload = "[" + "1.50,".repeat(10_000) + "\"é\"]";

    Answered sent =
        server.send(
            "POST", "/api/v1/instances/chat/rooms/lobby/messages", "{\"payload\":" + payload + "}");

    assertThat(sent.json().getInteger("seq")).isEqualTo(1);
    assertThat(server.send("GET", "/api/v1/instances/chat/rooms/lobby/entries").body().toString())
        .contains(payload);
  }

  @Test
  void speakerIsTheUserOfTheBodyElseOfTheQueryElseSomebodyNew() {
    server.send("POST", "/api/v1/instances", CHAT);
    String messages = "/api/v1/instances/chat/rooms/lobby/messages";

    server.send("POST", messages + "?userId=query", "{\"payload\":1,\"user\":\"body\"}");
    server.send("POST", messages + "?userId=query", "{\"payload\":2}");
    server.send("POST", messages, "{\"payload\":3}");

    JsonArray entries =
        server
            .send("GET", "/api/v1/instances/chat/rooms/lobby/entries")
            .json()
            .getJsonArray("entries");
    assertThat(user(entries, 0)).isEqualTo("body");
    assertThat(user(entries, 1)).isEqualTo("query");
    assertThat(user(entries, 2)).hasSize(36);
  }

  private static String user(JsonArray entries, int index) {
    return entries.getJsonObject(index).getString("user");
  }

  @Test
  void entriesAreReadFromAPosition() {
    server.send("POST", "/api/v1/instances", CHAT);
    for (int i = 1; i <= 4; i++) {
      server.send("POST", "/api/v1/instances/chat/rooms/lobby/messages", "{\"payload\":" + i + "}");
    }

    JsonObject page =
        server.send("GET", "/api/v1/instances/chat/rooms/lobby/entries?after=1&limit=2").json();

    assertThat(
            page.getJsonArray("entries").stream()
                .map(entry -> ((JsonObject) entry).getInteger("seq")))
        .containsExactly(2, 3);
    assertThat(page.getInteger("seq")).isEqualTo(4);
  }

  @Test
  void initialStateKeepsEveryDigit() {
    StubDeployer deployer = new StubDeployer(vertx);
    String state =
        "{\"big\":12345678901234567890.5,\"one\":1.0,\"long\":123456789012345678901234567890}";

    // The bus deals requests out in turn, so one of the two reaches this deployer.
    server.send(
        "POST",
        "/api/v1/instances",
        "{\"type\":\"shared\",\"rooms\":{\"board\":{\"state\":" + state + "}}}");
    server.send(
        "POST",
        "/api/v1/instances",
        "{\"type\":\"shared\",\"rooms\":{\"board\":{\"state\":" + state + "}}}");

    assertThat(deployer.lastRequest().encode()).contains(state);
  }

  @Test
  void typesAndStatsAreAnswered() {
    server.send("POST", "/api/v1/instances", CHAT);

    assertThat(server.send("GET", "/api/v1/types").json().getJsonArray("types")).isNotEmpty();
    assertThat(server.send("GET", "/api/v1/instances/chat/stats").json().fieldNames())
        .contains("mailboxDepth", "lastError");
  }
}
