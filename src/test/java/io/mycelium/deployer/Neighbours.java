package io.mycelium.deployer;

import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Clients of instances that do little: each second 500 pushes, of all together, whether the ones
 * before are answered or not. On an event loop of its own.
 */
final class Neighbours implements AutoCloseable {
  private static final int EVERY_MS = 2;

  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
  private final WebSocketClient http =
      vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100));
  private final List<WebSocket> sockets = new ArrayList<>();
  private long[] sent = {};
  private long[] took = {};
  private int count;
  private int answered;

  Neighbours(int port, List<String> instances) {
    for (String instance : instances) {
      WebSocket socket =
          TestNode.await(
              http.connect(
                  new WebSocketConnectOptions()
                      .setHost("127.0.0.1")
                      .setPort(port)
                      .setURI("/socket/" + instance + "/websocket?vsn=2.0.0")));
      socket.textMessageHandler(this::onText);
      socket.writeTextMessage("[\"j\",\"j\",\"lobby\",\"phx_join\",{}]");
      sockets.add(socket);
    }
  }

  /** Nanoseconds from each push to its answer, in order of size. */
  long[] measure(int ms) {
    int pushes = ms / EVERY_MS;
    io.vertx.core.Promise<Void> done = io.vertx.core.Promise.promise();
    vertx.runOnContext(
        ignored -> {
          sent = new long[pushes];
          took = new long[pushes];
          count = 0;
          answered = 0;
          vertx.setPeriodic(
              EVERY_MS,
              timer -> {
                if (count < pushes) {
                  push();
                } else if (answered == pushes) {
                  vertx.cancelTimer(timer);
                  done.complete();
                }
              });
        });
    TestNode.await(done.future());
    long[] sorted = took;
    Arrays.sort(sorted);
    return sorted;
  }

  private void push() {
    int number = count++;
    sent[number] = System.nanoTime();
    sockets
        .get(number % sockets.size())
        .writeTextMessage("[\"j\",\"" + number + "\",\"lobby\",\"push\",{\"x\":1}]");
  }

  private void onText(String text) {
    if (!text.startsWith("[\"j\",\"") || text.startsWith("[\"j\",\"j\"")) {
      return;
    }
    int number = Integer.parseInt(text.substring(6, text.indexOf('"', 6)));
    took[number] = System.nanoTime() - sent[number];
    if (!text.contains("\"status\":\"ok\"")) {
      throw new AssertionError(text);
    }
    answered++;
  }

  @Override
  public void close() {
    TestNode.await(vertx.close());
  }
}
