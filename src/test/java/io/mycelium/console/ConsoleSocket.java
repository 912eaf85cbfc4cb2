package io.mycelium.console;

import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A console without a browser: keeps the rows as the page does, and may stop reading. For one test
 * thread.
 */
final class ConsoleSocket implements WebSocket.Listener, AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final LinkedBlockingQueue<JsonObject> incoming = new LinkedBlockingQueue<>();
  private final Map<String, JsonArray> rows = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();
  private JsonArray columns;
  private WebSocket socket;
  private volatile boolean reads = true;

  private ConsoleSocket() {}

  /**
   * @param headers names and values in turn
   */
  public static ConsoleSocket connect(int port, String... headers) {
    ConsoleSocket client = new ConsoleSocket();
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    URI uri = URI.create("ws://127.0.0.1:" + port + "/console/feed");
    client.socket = builder.buildAsync(uri, client).join();
    return client;
  }

  /** The HTTP status with which the upgrade is refused. */
  public static int refused(int port, String... headers) {
    try {
      connect(port, headers).close();
      throw new AssertionError("the feed let a console in");
    } catch (CompletionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      incoming.add(new JsonObject(text.toString()));
      text.setLength(0);
    }
    if (reads) {
      webSocket.request(1);
    }
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
    incoming.add(new JsonObject().put("closed", code));
    return null;
  }

  /** Reads nothing more, so that what is sent piles up at the server. */
  public void stopReading() {
    reads = false;
  }

  public void readOn() {
    reads = true;
    socket.request(1);
  }

  public ConsoleSocket send(String json) {
    socket.sendText(json.replace('\'', '"'), true).join();
    return this;
  }

  /** The next frame that has that key, its value; rows on the way are kept. */
  public Object await(String key) {
    return await(key, value -> true);
  }

  public Object await(String key, Predicate<Object> wanted) {
    while (true) {
      JsonObject frame = next();
      if (frame.containsKey(key) && wanted.test(frame.getValue(key))) {
        return frame.getValue(key);
      }
    }
  }

  /** Waits until the row of that instance is as wanted, or null once it is gone. */
  public ConsoleSocket awaitRow(String id, Predicate<JsonObject> wanted) {
    while (!wanted.test(row(id))) {
      next();
    }
    return this;
  }

  private JsonObject next() {
    try {
      JsonObject frame = incoming.poll(TestNode.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (frame == null) {
        throw new AssertionError(
            "no frame within " + TestNode.PATIENCE + ", rows " + rows.keySet());
      }
      keep(frame);
      return frame;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void keep(JsonObject frame) {
    if (frame.containsKey("reset")) {
      columns = frame.getJsonObject("reset").getJsonArray("columns");
      rows.clear();
    } else if (frame.containsKey("rows")) {
      frame.getJsonArray("gone", new JsonArray()).forEach(rows::remove);
      frame
          .getJsonArray("rows")
          .forEach(row -> rows.put(((JsonArray) row).getString(0), (JsonArray) row));
    }
  }

  /** By column; null if there is none. */
  public JsonObject row(String id) {
    JsonArray row = rows.get(id);
    if (row == null) {
      return null;
    }
    JsonObject named = new JsonObject();
    for (int i = 0; i < row.size(); i++) {
      named.put(columns.getString(i), row.getValue(i));
    }
    return named;
  }

  public Map<String, JsonArray> rows() {
    return rows;
  }

  @Override
  public void close() {
    socket.abort();
  }
}
