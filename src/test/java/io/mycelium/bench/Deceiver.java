package io.mycelium.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves one room's frames, and does one thing wrong after a while: what the real server cannot be
 * made to do.
 */
final class Deceiver implements AutoCloseable {
  /** What it does wrong. */
  enum Wrong {
    NOTHING,
    DOUBLES,
    LOSES,
    LOSES_FOR_ONE,
    SWAPS_FOR_ONE,
    CHANGES_A_PAYLOAD,
    REFUSES,
    NEVER_ANSWERS,
    CLOSES,
    FORGETS_POSITIONS
  }

  private static final int FROM = 5;

  private final Vertx vertx = Vertx.vertx();
  private final Wrong wrong;
  private final HttpServer server;
  private final List<ServerWebSocket> members = new ArrayList<>();
  private final Map<Integer, JsonObject> entries = new HashMap<>();
  private int seq;
  private String held;
  private boolean done;

  Deceiver(Wrong wrong) {
    this.wrong = wrong;
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(Deceiver::rest)
            .webSocketHandler(this::socket)
            .listen()
            .await();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  private static void rest(HttpServerRequest request) {
    switch (request.method().name()) {
      case "POST" -> request.response().setStatusCode(201).end("{}");
      case "DELETE" -> request.response().setStatusCode(204).end();
      default -> request.response().setStatusCode(404).end();
    }
  }

  private void socket(ServerWebSocket socket) {
    socket.textMessageHandler(text -> frame(socket, new JsonArray(text)));
    socket.closeHandler(closed -> members.remove(socket));
  }

  private void frame(ServerWebSocket socket, JsonArray frame) {
    switch (frame.getString(3)) {
      case "phx_join" -> join(socket, frame);
      case "push" -> push(socket, frame);
      default -> reply(socket, frame, new JsonObject());
    }
  }

  private void join(ServerWebSocket socket, JsonArray frame) {
    JsonObject since = frame.getJsonObject(4).getJsonObject("since");
    boolean recovered = since != null && wrong != Wrong.FORGETS_POSITIONS;
    reply(
        socket,
        frame,
        new JsonObject().put("seq", seq).put("epoch", "one").put("recovered", recovered));
    if (recovered) {
      for (int i = since.getInteger("seq") + 1; i <= seq; i++) {
        socket.writeTextMessage(message(frame.getString(2), i));
      }
    }
    members.add(socket);
  }

  private void push(ServerWebSocket socket, JsonArray frame) {
    if (seq >= FROM && wrong == Wrong.NEVER_ANSWERS) {
      return;
    }
    if (seq >= FROM && wrong == Wrong.REFUSES) {
      String payload = "{\"status\":\"error\",\"response\":{\"reason\":\"overloaded\"}}";
      send(socket, frame, payload);
      return;
    }
    if (seq >= FROM && wrong == Wrong.CLOSES && !done) {
      done = true;
      members.get(0).close((short) 4001, "slow_consumer");
      return;
    }
    seq++;
    entries.put(seq, frame.getJsonObject(4));
    String text = message(frame.getString(2), seq);
    for (int i = 0; i < members.size(); i++) {
      deliver(members.get(i), i == 0, text);
    }
    reply(socket, frame, new JsonObject().put("seq", seq));
  }

  private void deliver(ServerWebSocket member, boolean first, String text) {
    if (seq <= FROM || done && wrong != Wrong.SWAPS_FOR_ONE) {
      member.writeTextMessage(text);
      return;
    }
    switch (wrong) {
      case DOUBLES -> {
        member.writeTextMessage(text);
        member.writeTextMessage(text);
        done = true;
      }
      case LOSES -> {}
      case LOSES_FOR_ONE -> {
        if (first) {
          done = true;
        } else {
          member.writeTextMessage(text);
        }
      }
      case SWAPS_FOR_ONE -> swap(member, first, text);
      case CHANGES_A_PAYLOAD -> {
        member.writeTextMessage(text.replace("0123", "0132"));
        done = true;
      }
      default -> member.writeTextMessage(text);
    }
  }

  /** The contents of two entries change places, their sequences do not. */
  private void swap(ServerWebSocket member, boolean first, String text) {
    if (!first || done) {
      member.writeTextMessage(text);
    } else if (held == null) {
      held = text;
    } else {
      member.writeTextMessage(text.replace("\"seq\":" + seq, "\"seq\":" + (seq - 1)));
      member.writeTextMessage(held.replace("\"seq\":" + (seq - 1), "\"seq\":" + seq));
      done = true;
    }
  }

  private String message(String room, int number) {
    JsonObject entry = new JsonObject().put("payload", entries.get(number));
    JsonObject data =
        new JsonObject()
            .put("type", "accumulative")
            .put("state", new JsonObject().put("" + number, entry));
    return "[null,null,\"" + room + "\",\"msg\",{\"data\":" + data + ",\"seq\":" + number + "}]";
  }

  private static void reply(ServerWebSocket socket, JsonArray frame, JsonObject response) {
    send(socket, frame, "{\"status\":\"ok\",\"response\":" + response + "}");
  }

  private static void send(ServerWebSocket socket, JsonArray frame, String payload) {
    socket.writeTextMessage(
        "[\"1\",\""
            + frame.getString(1)
            + "\",\""
            + frame.getString(2)
            + "\",\"phx_reply\","
            + payload
            + "]");
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
