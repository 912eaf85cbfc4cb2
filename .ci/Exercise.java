import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Exercise PORT: the load of a training run (see .ci/aot-cache) on {@code serve --demo}: REST, both serializers, joins,
 * pushes, broadcasts, presence, leaves. Exits with 1 if an answer is missing.
 */
final class Exercise {
  private static final int SOCKETS = 20;
  private static final int PUSHES = 200;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String host;

  private Exercise(String port) {
    host = "127.0.0.1:" + port;
  }

  public static void main(String[] args) throws Exception {
    Exercise exercise = new Exercise(args[0]);
    for (int i = 0; i < 50; i++) {
      exercise.rest();
    }
    for (String version : List.of("2.0.0", "1.0.0")) {
      exercise.sockets("chat", "general", version, "{\"m\":\"hello\"}");
      exercise.sockets("draw", "board", version, "{\"pixel\":1}");
      exercise.sockets("move", "lobby", version, "{\"x\":1,\"y\":2}");
    }
    System.exit(0);
  }

  private void rest() throws Exception {
    expect("GET", "/api/v1/instances", null, 200);
    expect("GET", "/api/v1/instances/chat", null, 200);
    expect("GET", "/api/v1/types", null, 200);
    expect("GET", "/health/ready", null, 200);
    expect("POST", "/api/v1/instances", "{\"id\":\"training\",\"type\":\"accumulative\"}", 201);
    expect("DELETE", "/api/v1/instances/training", null, 204);
    expect("GET", "/api/v1/instances/training", null, 404);
  }

  private void expect(String method, String path, String body, int status) throws Exception {
    HttpRequest.BodyPublisher publisher =
        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host + path))
            .method(method, publisher)
            .header("content-type", "application/json")
            .build();
    int actual = client.send(request, BodyHandlers.ofString()).statusCode();
    if (actual != status) {
      throw new IllegalStateException(method + " " + path + " is " + actual + ", expected " + status);
    }
  }

  private void sockets(String instance, String room, String version, String payload) throws Exception {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < SOCKETS; i++) {
      String query = "?vsn=" + version + "&userId=user" + i;
      peers.add(new Peer(client, "ws://" + host + "/socket/" + instance + "/websocket" + query, room, version));
    }
    for (int i = 0; i < PUSHES; i++) {
      for (Peer peer : peers) {
        peer.send("push", payload);
      }
    }
    for (Peer peer : peers) {
      peer.finish();
    }
  }

  /** One socket in one room; counts the replies to what it sent. */
  private static final class Peer implements WebSocket.Listener {
    private final CountDownLatch replies = new CountDownLatch(PUSHES + 1);
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;
    private final String room;
    private final boolean arrays;
    private int ref;

    Peer(HttpClient client, String uri, String room, String version) throws Exception {
      this.room = room;
      this.arrays = version.startsWith("2");
      this.socket = client.newWebSocketBuilder().buildAsync(URI.create(uri), this).get(10, TimeUnit.SECONDS);
      send("phx_join", "{}");
    }

    void send(String event, String payload) throws Exception {
      ref++;
      String frame =
          arrays
              ? "[\"1\",\"%d\",\"%s\",\"%s\",%s]".formatted(ref, room, event, payload)
              : "{\"join_ref\":\"1\",\"ref\":\"%d\",\"topic\":\"%s\",\"event\":\"%s\",\"payload\":%s}"
                  .formatted(ref, room, event, payload);
      socket.sendText(frame, true).get(10, TimeUnit.SECONDS);
    }

    void finish() throws Exception {
      if (!replies.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException(replies.getCount() + " replies are missing in " + room);
      }
      send("phx_leave", "{}");
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        if (text.indexOf("phx_reply") >= 0) {
          replies.countDown();
        }
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }
}
