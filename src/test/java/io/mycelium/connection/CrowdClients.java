package io.mycelium.connection;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of many clients, since a process has only so many file descriptors. Prints {@code
 * connected}, waits for a line, and prints {@code resumed} once each client has received exactly
 * the entries that it missed in room {@code r} of instance {@code c}; if one has not, it ends with
 * another line.
 */
final class CrowdClients {
  private static final int MINUTES = 2;

  /** Closes its sockets once nobody refers to it. */
  private static WebSocketClient http;

  /**
   * The clients' knowledge of the room.
   *
   * @param newest sequence that one client in {@code spread} had seen; the others had seen up to
   *     {@code spread} fewer
   * @param last of the room
   */
  private record Room(int port, String epoch, int newest, int spread, int last) {
    long since(int client) {
      return newest - client % spread;
    }
  }

  private CrowdClients() {}

  /** Arguments: port, clients, and the room's epoch, newest, spread and last. */
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    int clients = Integer.parseInt(args[1]);
    Room room =
        new Room(
            Integer.parseInt(args[0]),
            args[2],
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]),
            Integer.parseInt(args[5]));
    try {
      run(room, clients, out);
    } catch (Exception | AssertionError e) {
      out.println(e);
    }
    System.exit(0);
  }

  private static void run(Room room, int clients, PrintStream out) throws Exception {
    List<WebSocket> sockets = connect(room.port(), clients);
    out.println("connected");
    if (System.in.read() < 0) {
      throw new IOException("nobody waits for the clients");
    }
    List<Future<Void>> resumed = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      resumed.add(resume(sockets.get(i), room, room.since(i)));
    }
    await(Future.all(resumed));
    out.println("resumed");
  }

  private static List<WebSocket> connect(int port, int clients) throws Exception {
    http =
        Vertx.vertx()
            .createWebSocketClient(new WebSocketClientOptions().setMaxConnections(clients));
    List<Future<WebSocket>> connected = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      connected.add(
          http.connect(
              new WebSocketConnectOptions()
                  .setHost("127.0.0.1")
                  .setPort(port)
                  .setURI("/socket/c/websocket?vsn=2.0.0")));
    }
    return await(Future.all(connected)).list();
  }

  /** Done once the client has received all entries up to the last one, in order. */
  private static Future<Void> resume(WebSocket socket, Room room, long since) {
    Promise<Void> done = Promise.promise();
    long[] heard = {since};
    socket.textMessageHandler(
        text -> {
          JsonArray message = new JsonArray(text);
          JsonObject payload = message.getJsonObject(4);
          boolean right =
              message.getString(3).equals("phx_reply")
                  ? Boolean.TRUE.equals(payload.getJsonObject("response").getBoolean("recovered"))
                  : payload.getLong("seq") == ++heard[0];
          if (!right || heard[0] > room.last()) {
            done.tryFail(new AssertionError("one that had heard up to " + since + " got " + text));
          } else if (heard[0] == room.last()) {
            done.tryComplete();
          }
        });
    socket.writeTextMessage(
        "[\"1\",\"1\",\"r\",\"phx_join\",{\"since\":{\"seq\":"
            + since
            + ",\"epoch\":\""
            + room.epoch()
            + "\"}}]");
    return done.future();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(MINUTES, TimeUnit.MINUTES);
  }
}
