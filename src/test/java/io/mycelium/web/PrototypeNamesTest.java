package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No user, and so no presence key, and no room is called as a property that every JavaScript object
 * has: other people's clients would break (CVE-2026-56812). Whichever way the name comes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrototypeNamesTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private TestNode node;

  @BeforeAll
  void startNode() {
    node = TestNode.start();
    node.create("{'id':'x','type':'accumulative'}");
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  private HttpResponse<String> send(String method, String path, String type, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + "/api/v1" + path))
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .build(),
        BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__proto__",
        "constructor",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__"
      })
  void theNameIsRefusedWhicheverWayItComes(String name) throws Exception {
    String json = "application/json";
    // As a room.
    assertThat(send("PUT", "/instances/x/rooms/" + name, json, "{}").statusCode()).isEqualTo(400);
    HttpResponse<String> made =
        send(
            "POST",
            "/instances",
            json,
            "{'id':'y','type':'accumulative','rooms':{'" + name + "':{}}}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(422);
    // As a user.
    assertThat(refused(name)).isEqualTo(400);
    HttpResponse<String> message =
        send(
            "POST",
            "/instances/x/rooms/lobby/messages",
            json,
            "{'payload':1,'user':'" + name + "'}");
    assertThat(message.statusCode()).as(message.body()).isEqualTo(422);
    // Of an export that somebody has edited.
    String head = "{'mycelium':1,'createdAt':1,'instance':{'id':'z','type':'accumulative'%s}}\n";
    String line =
        "{'entry':'lobby','seq':1,'at':1,'event':'push','user':'" + name + "','payload':1}";
    HttpResponse<String> user =
        send(
            "POST",
            "/instances/z/import",
            "application/x-ndjson",
            head.formatted("") + "{'room':'lobby','epoch':'e','first':1,'seq':1}\n" + line + "\n");
    assertThat(user.statusCode()).as(user.body()).isEqualTo(422);
    assertThat(user.body()).contains("line 3: user is");
    HttpResponse<String> room =
        send(
            "POST",
            "/instances/z/import",
            "application/x-ndjson",
            head.formatted(",'rooms':{'" + name + "':{}}"));
    assertThat(room.statusCode()).as(room.body()).isEqualTo(422);
    assertThat(room.body()).contains(name);
  }

  private int refused(String user) {
    try {
      node.connect("x", "vsn=2.0.0&userId=" + user).close();
      return 101;
    } catch (CompletionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"__proto__", "constructor", "toString"})
  void aRoomOfThatNameCannotBeJoined(String name) {
    try (PhoenixSocket ada = node.connect("x")) {
      JsonObject reply = ada.join(name);
      assertThat(reply.getString("status")).isEqualTo("error");
      assertThat(reply.getJsonObject("response").getString("reason")).isEqualTo("unknown_room");
    }
  }
}
