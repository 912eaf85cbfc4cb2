package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A room may have names from clients of other servers, such as Supabase's, or names of people. */
class RoomNamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"realtime:general", "Küche", "общий", "部屋", "🎲", "a b", "50%", "c++"})
  void aRoomOfThatNameIsMadeOverRestAndJoinedOverTheSocket(String name) throws Exception {
    try (TestNode node = TestNode.start()) {
      node.create("{'id':'x','type':'accumulative'}");
      String path = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
      String room = "http://127.0.0.1:" + node.port() + "/api/v1/instances/x/rooms/" + path;
      assertThat(send("PUT", room, "{}").statusCode()).isIn(200, 201);
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
        socket.text("['1','1','" + name + "','phx_join',{}]");
        assertThat(socket.awaitText("'phx_reply'"))
            .startsWith("[\"1\",\"1\",\"" + name + "\"")
            .contains("\"status\":\"ok\"");
        HttpResponse<String> message =
            send("POST", room + "/messages", "{\"payload\":{\"text\":\"hi\"},\"user\":\"ada\"}");
        assertThat(message.statusCode()).as(message.body()).isEqualTo(200);
        assertThat(socket.awaitText("'msg'"))
            .startsWith("[null,null,\"" + name + "\"")
            .contains("{\"text\":\"hi\"}");
      }
      assertThat(send("GET", room + "/entries", null).body()).contains("\"hi\"");
      assertThat(send("DELETE", room, null).statusCode()).isEqualTo(204);
    }
  }

  /** U+009B is ESC [ in one character: it steers terminals too. */
  @ParameterizedTest
  @ValueSource(strings = {"\\u0000", "\\u001b", "\\u007f", "\\u0085", "\\u009b"})
  void aNameWithAControlCharacterIsRefused(String escaped) throws Exception {
    try (TestNode node = TestNode.start()) {
      String instances = "http://127.0.0.1:" + node.port() + "/api/v1/instances";
      String json = "{\"id\":\"x\",\"type\":\"accumulative\",\"rooms\":{\"a%s\":{}}}";
      HttpResponse<String> made = send("POST", instances, json.formatted(escaped));
      assertThat(made.statusCode()).as(made.body()).isEqualTo(422);
    }
  }

  private static HttpResponse<String> send(String method, String uri, String json)
      throws Exception {
    HttpRequest.BodyPublisher body =
        json == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(json);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri))
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }
}
