package io.mycelium.deployer;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that ask for all that they can get, until they are closed. On an event loop of their own.
 */
final class Hogs implements AutoCloseable {
  private final int port;
  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
  private final WebSocketClient http = vertx.createWebSocketClient();
  private final List<DeafSocket> deaf = new ArrayList<>();
  private volatile boolean closing;
  private volatile long answers;

  Hogs(int port) {
    this.port = port;
  }

  private WebSocket join(String instance) {
    WebSocket socket =
        TestNode.await(
            http.connect(
                new WebSocketConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(port)
                    .setURI("/socket/" + instance + "/websocket?vsn=2.0.0")));
    socket.writeTextMessage("[\"j\",\"j\",\"lobby\",\"phx_join\",{}]");
    return socket;
  }

  /** Pushes this to an instance, with that many on their way at any time. */
  void push(String instance, String payload, int atOnce) {
    WebSocket socket = join(instance);
    String push = "[\"j\",\"1\",\"lobby\",\"push\"," + payload + "]";
    socket.textMessageHandler(
        text -> {
          if (text.startsWith("[\"j\",\"1\"")) {
            answers++;
            if (!closing) {
              // One that is refused tries again, but not at once.
              boolean ok = text.contains("\"status\":\"ok\"");
              if (ok) {
                socket.writeTextMessage(push);
              } else {
                vertx.setTimer(20, ignored -> socket.writeTextMessage(push));
              }
            }
          }
        });
    for (int i = 0; i < atOnce; i++) {
      socket.writeTextMessage(push);
    }
  }

  /** Members that read nothing, and messages for them: 20 each second of 20 KB. */
  void slowReaders(String instance, int count) {
    WebSocket publisher = join(instance);
    String push = "[\"j\",\"1\",\"lobby\",\"push\",\"" + "x".repeat(20_000) + "\"]";
    for (int i = 0; i < count; i++) {
      deaf.add(new DeafSocket(port, instance).send("['1','1','lobby','phx_join',{}]"));
    }
    vertx.setPeriodic(50, ignored -> publisher.writeTextMessage(push));
  }

  long answers() {
    return answers;
  }

  @Override
  public void close() {
    closing = true;
    deaf.forEach(DeafSocket::close);
    TestNode.await(vertx.close());
  }
}
