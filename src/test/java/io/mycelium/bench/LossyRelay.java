package io.mycelium.bench;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Broadcasts in any of the protocols, and does one thing wrong after a while. */
final class LossyRelay implements AutoCloseable {
  /** What it does wrong. */
  enum Wrong {
    NOTHING,
    DOUBLES,
    LOSES,
    LOSES_ONE,
    SWAPS,
    CHANGES_A_PAYLOAD,
    MIXES_ROOMS,
    REFUSES,
    CLOSES
  }

  private static final int FROM = 5;

  private final Vertx vertx = Vertx.vertx();
  private final Wrong wrong;
  private final HttpServer server;
  private final Map<String, List<Member>> rooms = new TreeMap<>();
  private int pushes;
  private String held;
  private boolean done;

  /** A socket in its room, and how a push is sent to it. */
  private record Member(ServerWebSocket socket, String room, Handler<String> out) {}

  LossyRelay(Protocol protocol, Wrong wrong) {
    this.wrong = wrong;
    BiConsumer<ServerWebSocket, String> greet =
        switch (protocol) {
          case SOCKETIO -> this::socketIo;
          case CENTRIFUGE -> this::centrifuge;
          case COLYSEUS -> this::colyseus;
          default -> this::relay;
        };
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(LossyRelay::seat)
            .webSocketHandler(socket -> greet.accept(socket, socket.path()))
            .listen()
            .await();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** Colyseus' reservation. */
  private static void seat(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body ->
                request
                    .response()
                    .end(
                        new JsonObject()
                            .put("processId", "one")
                            .put("roomId", body.toJsonObject().getString("room"))
                            .put("sessionId", "s")
                            .encode()));
  }

  private Member join(ServerWebSocket socket, String room, Handler<String> out) {
    Member member = new Member(socket, room, out);
    rooms.computeIfAbsent(room, none -> new ArrayList<>()).add(member);
    return member;
  }

  private void relay(ServerWebSocket socket, String path) {
    Member member = join(socket, path.substring(1), socket::writeTextMessage);
    socket.textMessageHandler(text -> push(member, text));
  }

  private void socketIo(ServerWebSocket socket, String path) {
    socket.writeTextMessage("0{\"sid\":\"a\",\"pingInterval\":25000}");
    Member[] member = new Member[1];
    socket.textMessageHandler(
        text -> {
          if (text.startsWith("40")) {
            String room = new JsonObject(text.substring(2)).getString("room");
            member[0] =
                join(socket, room, each -> socket.writeTextMessage("42[\"msg\"," + each + "]"));
            socket.writeTextMessage("2");
          } else if (text.equals("3")) {
            // Who does not answer the ping is never in.
            socket.writeTextMessage("40{\"sid\":\"b\"}");
          } else if (text.startsWith("42")) {
            push(member[0], new JsonArray(text.substring(2)).getJsonObject(1).encode());
          }
        });
  }

  private void centrifuge(ServerWebSocket socket, String path) {
    Member[] member = new Member[1];
    socket.textMessageHandler(
        text -> {
          JsonObject command = new JsonObject(text);
          int id = command.getInteger("id", 0);
          if (command.containsKey("connect")) {
            socket.writeTextMessage(
                "{\"id\":" + id + ",\"connect\":{\"ping\":25,\"pong\":true}}\n{}");
          } else if (command.containsKey("subscribe")) {
            String room = command.getJsonObject("subscribe").getString("channel");
            String begin = "{\"push\":{\"channel\":\"" + room + "\",\"pub\":{\"data\":";
            member[0] = join(socket, room, each -> socket.writeTextMessage(begin + each + "}}}"));
            socket.writeTextMessage("{\"id\":" + id + ",\"subscribe\":{}}");
          } else if (command.containsKey("publish")) {
            socket.writeTextMessage("{\"id\":" + id + ",\"publish\":{}}");
            push(member[0], command.getJsonObject("publish").getJsonObject("data").encode());
          }
        });
  }

  private void colyseus(ServerWebSocket socket, String path) {
    byte[] begin = {13, (byte) 0xa3, 'm', 's', 'g', (byte) 0xd9};
    Member member =
        join(
            socket,
            path.substring(path.lastIndexOf('/') + 1),
            each ->
                socket.writeBinaryMessage(
                    Buffer.buffer(begin).appendByte((byte) each.length()).appendString(each)));
    socket.writeBinaryMessage(Buffer.buffer(new byte[] {10, 1, 'r', 0, 0}));
    // Code, type and length before the payload, which is less than 256 bytes.
    socket.binaryMessageHandler(
        frame -> {
          if (frame.getByte(0) != 10) {
            push(member, frame.getString(8, frame.length()));
          }
        });
  }

  private void push(Member from, String payload) {
    pushes++;
    List<Member> members = rooms.get(from.room);
    boolean now = pushes > FROM && !done && from.room.equals("room0");
    if (!now) {
      members.forEach(each -> each.out.handle(payload));
      return;
    }
    done = wrong != Wrong.LOSES && (wrong != Wrong.SWAPS || held != null);
    for (Member each : members) {
      deliver(each, each == members.get(0), payload);
    }
    held = payload;
  }

  private void deliver(Member member, boolean first, String payload) {
    switch (first ? wrong : Wrong.NOTHING) {
      case DOUBLES -> {
        member.out.handle(payload);
        member.out.handle(payload);
      }
      case LOSES, LOSES_ONE -> {}
      case SWAPS -> {
        if (held != null) {
          member.out.handle(payload);
          member.out.handle(held);
        }
      }
      case CHANGES_A_PAYLOAD -> member.out.handle(payload.replace("0123", "0132"));
      case MIXES_ROOMS -> {
        member.out.handle(payload);
        rooms.values().forEach(others -> others.get(0).out.handle(payload));
      }
      case REFUSES -> member.socket.writeTextMessage("{\"error\":{\"code\":103}}");
      case CLOSES -> member.socket.close((short) 3000, "slow");
      default -> member.out.handle(payload);
    }
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
