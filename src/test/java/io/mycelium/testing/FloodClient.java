package io.mycelium.testing;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A V2 client for load: pipelines pushes of {@code {"id": n}} and notes, without building trees,
 * which ids it saw under which sequence and how each of its pushes was answered. Its data is
 * guarded by its monitor.
 */
public final class FloodClient {
  /** An entry as this client saw it: a {@code msg} of one entry. */
  public record Seen(long seq, long id) {}

  /** Closes its sockets once nobody refers to it. */
  private final WebSocketClient http;

  private final WebSocket socket;
  private final String room;
  private final List<Seen> seen = new ArrayList<>();
  private final Map<Long, String> answers = new HashMap<>();
  private final List<String> others = new ArrayList<>();
  private long joinedAt = -1;
  private boolean closed;

  private FloodClient(WebSocketClient http, WebSocket socket, String room) {
    this.http = http;
    this.socket = socket;
    this.room = room;
  }

  /** Connects and joins. */
  public static FloodClient join(Vertx vertx, int port, String instance, String room, String user) {
    WebSocketConnectOptions to =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI("/socket/" + instance + "/websocket?vsn=2.0.0&userId=" + user);
    WebSocketClient http = vertx.createWebSocketClient();
    WebSocket socket = TestNode.await(http.connect(to));
    FloodClient client = new FloodClient(http, socket, room);
    socket.textMessageHandler(client::onText);
    socket.closeHandler(ignored -> client.onClose());
    socket.resume();
    socket.writeTextMessage("[\"j\",\"j\",\"" + room + "\",\"phx_join\",{}]");
    client.await(c -> c.joinedAt >= 0);
    return client;
  }

  /** The reference of the push is its id. */
  public void push(long id) {
    push(id, "");
  }

  /** {@code more} goes into the payload behind the id, such as {@code ,"throw":"state"}. */
  public void push(long id, String more) {
    socket.writeTextMessage(
        "[\"j\",\"" + id + "\",\"" + room + "\",\"push\",{\"id\":" + id + more + "}]");
  }

  private synchronized void onText(String text) {
    int event = text.indexOf("\"msg\"");
    if (event > 0 && event < 60) {
      long id = number(text, text.indexOf("\"id\":", text.indexOf("\"payload\":")) + 5);
      seen.add(new Seen(number(text, text.lastIndexOf("\"seq\":") + 6), id));
    } else if (text.contains("\"phx_reply\"")) {
      onReply(text);
    } else {
      others.add(text);
    }
    notifyAll();
  }

  private void onReply(String text) {
    if (text.startsWith("[\"j\",\"j\"")) {
      joinedAt = number(text, text.indexOf("\"seq\":") + 6);
      return;
    }
    int ref = text.indexOf(',') + 2;
    boolean ok = text.contains("\"status\":\"ok\"");
    int reason = text.indexOf("\"reason\":\"") + 10;
    String answer = ok ? "ok" : text.substring(reason, text.indexOf('"', reason));
    String before = answers.put(number(text, ref), answer);
    if (before != null) {
      others.add("answered twice: " + before + ", then " + text);
    }
  }

  private static long number(String text, int at) {
    long number = 0;
    for (int i = at; Character.isDigit(text.charAt(i)); i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private synchronized void onClose() {
    closed = true;
    notifyAll();
  }

  /** Waits until it holds; checked whenever something comes in. */
  public synchronized void await(Predicate<FloodClient> wanted) {
    long deadline = System.nanoTime() + 3 * TestNode.PATIENCE.toNanos();
    try {
      while (!wanted.test(this)) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("gave up: " + this);
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public void awaitAnswers(int count) {
    await(c -> c.answers.size() >= count);
  }

  public void awaitSeq(long seq) {
    await(
        c -> c.joinedAt >= seq || !c.seen.isEmpty() && c.seen.get(c.seen.size() - 1).seq() >= seq);
  }

  public synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** {@code ok} or the error's reason, by id. */
  public synchronized Map<Long, String> answers() {
    return Map.copyOf(answers);
  }

  /** Frames that are neither replies nor {@code msg}. */
  public synchronized List<String> others() {
    return List.copyOf(others);
  }

  /** The sequence of its join's state. */
  public long joinedAt() {
    return joinedAt;
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  public void close() {
    socket.close();
  }

  @Override
  public synchronized String toString() {
    Object last = seen.isEmpty() ? "nothing" : seen.get(seen.size() - 1);
    return "joined at "
        + joinedAt
        + ", saw "
        + seen.size()
        + " up to "
        + last
        + ", "
        + answers.size()
        + " answers, "
        + others;
  }
}
