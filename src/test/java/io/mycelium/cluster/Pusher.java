package io.mycelium.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A socket that pushes at a steady rate, whether it is answered or not, and notes how long each
 * answer took after the time at which the push was due. Methods are called on any thread, one at a
 * time; figures are read once it is {@link #stop}ped.
 */
final class Pusher {
  private final Vertx vertx;
  private final long everyMs;
  private final Map<Integer, Long> due = new HashMap<>();
  private final List<Long> latencies = new ArrayList<>();
  private final List<Long> answeredAt = new ArrayList<>();
  private final List<Long> seqs = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final List<Long> seen = new ArrayList<>();
  private final List<String> odd = new ArrayList<>();
  private WebSocket socket;
  private long timer;
  private long began;
  private int sent;

  private Pusher(Vertx vertx, long everyMs) {
    this.vertx = vertx;
    this.everyMs = everyMs;
  }

  /** Joined to that room, and pushing. */
  static Future<Pusher> start(
      Vertx vertx, WebSocketClient client, int port, String instance, String room, long everyMs) {
    Pusher pusher = new Pusher(vertx, everyMs);
    return client
        .connect(port, "127.0.0.1", "/socket/" + instance + "/websocket?vsn=2.0.0")
        .compose(socket -> pusher.join(socket, room));
  }

  private Future<Pusher> join(WebSocket opened, String room) {
    socket = opened;
    socket.textMessageHandler(text -> onMessage(new JsonArray(text)));
    return socket
        .writeTextMessage("[\"1\",\"j\",\"" + room + "\",\"phx_join\",{}]")
        .map(
            written -> {
              began = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMs);
              timer = vertx.setPeriodic(everyMs, tick -> push(room));
              return this;
            });
  }

  /** Late ticks catch up: each push has the time at which it was due. */
  private void push(String room) {
    long now = System.nanoTime();
    while (began + sent * TimeUnit.MILLISECONDS.toNanos(everyMs) <= now) {
      due.put(sent, began + sent * TimeUnit.MILLISECONDS.toNanos(everyMs));
      socket.writeTextMessage("[\"1\",\"" + sent + "\",\"" + room + "\",\"push\",{\"n\":1}]");
      sent++;
    }
  }

  private void onMessage(JsonArray message) {
    switch (message.getString(3)) {
      case "phx_reply" -> {
        if (!message.getString(1).equals("j")) {
          onReply(Integer.valueOf(message.getString(1)), message.getJsonObject(4));
        }
      }
      case "msg" -> seen.add(message.getJsonObject(4).getLong("seq"));
      case "state", "rooms", "presence_state", "presence_diff" -> {}
      default -> odd.add(message.encode());
    }
  }

  private void onReply(int ref, JsonObject reply) {
    long now = System.nanoTime();
    if (!reply.getString("status").equals("ok")) {
      refused.add(reply.encode());
      return;
    }
    seqs.add(reply.getJsonObject("response").getLong("seq"));
    latencies.add(now - due.remove(ref));
    answeredAt.add(now);
  }

  /** No push from now on. */
  void stop() {
    vertx.cancelTimer(timer);
  }

  /** How many wait for their answer. */
  int waiting() {
    return due.size() - refused.size();
  }

  int sent() {
    return sent;
  }

  /** Sequences that pushes became, in the order of the answers. */
  List<Long> seqs() {
    return seqs;
  }

  /** Sequences of the messages that came. */
  List<Long> seen() {
    return seen;
  }

  List<String> refused() {
    return refused;
  }

  /** What no push and no join leads to. */
  List<String> odd() {
    return odd;
  }

  /**
   * The longest that an answer took which came in that time.
   *
   * @return milliseconds
   */
  double worst(long fromNanos, long untilNanos) {
    double worst = 0;
    for (int i = 0; i < answeredAt.size(); i++) {
      if (answeredAt.get(i) >= fromNanos && answeredAt.get(i) <= untilNanos) {
        worst = Math.max(worst, latencies.get(i) / 1e6);
      }
    }
    return worst;
  }
}
