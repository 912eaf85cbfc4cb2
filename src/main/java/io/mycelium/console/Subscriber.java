package io.mycelium.console;

import io.mycelium.bus.InstanceRows;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One console's WebSocket. Frames are JSON objects, told apart by their first key:
 *
 * <ul>
 *   <li>{@code reset}: forget all rows; {@code {"columns": [...]}}
 *   <li>{@code rows}: rows to add or replace by id; {@code gone}: ids to remove
 *   <li>{@code loaded}: every row was sent since the last {@code reset}
 *   <li>{@code node}: facts and the samples of the last 15 minutes; {@code sample}: one more
 *   <li>{@code room}, {@code message}, {@code skipped}, {@code refused}: see {@link Observer}
 * </ul>
 *
 * <p>The peer sends {@code {"observe": {"instance", "room"}}}, or null to stop observing.
 *
 * <p>The bytes that wait for a slow peer are bounded: above the limit no more are queued, and a
 * peer that has caught up gets all rows anew. A peer that does not catch up is disconnected.
 */
final class Subscriber {
  /** Bytes that may wait for the peer, plus one page. */
  static final int MAX_PENDING = 1 << 20;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int RETRY_MS = 1000;

  private final Feed feed;
  private final ServerWebSocket socket;
  private final Supplier<Future<Void>> admission;
  private final Observer observer;
  private boolean behind;
  private long behindSince;
  private long loading;
  private boolean loaded;

  Subscriber(Feed feed, ServerWebSocket socket, Supplier<Future<Void>> admission) {
    this.feed = feed;
    this.socket = socket;
    this.admission = admission;
    this.observer = new Observer(feed, this);
  }

  void start() {
    socket.setWriteQueueMaxSize(MAX_PENDING);
    socket.drainHandler(ignored -> caughtUp());
    socket.textMessageHandler(this::onMessage);
    socket.binaryMessageHandler(ignored -> close(Disconnect.MALFORMED_FRAME));
    socket.exceptionHandler(ignored -> ended());
    socket.closeHandler(ignored -> ended());
    send("{\"node\":" + feed.sampler().history() + "}");
    begin();
  }

  private void ended() {
    loading++;
    observer.end();
    feed.closed(this);
  }

  /** Sends all rows, each page after the previous one was written. */
  void begin() {
    loading++;
    loaded = false;
    if (keepsUp()) {
      send("{\"reset\":{\"columns\":" + new JsonArray(InstanceRows.COLUMNS).encode() + "}}");
      load("", loading);
    }
  }

  private void load(String after, long round) {
    feed.rows()
        .page(after)
        .onSuccess(page -> onPage(page, after, round))
        .onFailure(cause -> later(after, round));
  }

  /** The deployer is starting or stopping. */
  private void later(String after, long round) {
    feed.vertx().setTimer(RETRY_MS, ignored -> again(after, round));
  }

  private void again(String after, long round) {
    if (round == loading) {
      load(after, round);
    }
  }

  /** A new round has started if this peer fell behind meanwhile, or a delta was lost. */
  private void onPage(InstanceRows.Page page, String after, long round) {
    if (round != loading || !keepsUp()) {
      return;
    }
    if (feed.isStale(page)) {
      load(after, round);
      return;
    }
    send(page.json());
    if (page.next() != null) {
      load(page.next(), round);
    } else {
      loaded = true;
      send("{\"loaded\":true}");
    }
  }

  void delta(String json) {
    if (keepsUp()) {
      send(json);
    }
  }

  void sample(String frame) {
    if (keepsUp()) {
      send(frame);
    }
  }

  /**
   * False if the pending bytes are at their limit, after which the peer gets all rows anew. Also
   * false between the socket's end and the call of its handler, when Vert.x cannot be asked.
   */
  private boolean keepsUp() {
    if (socket.isClosed()) {
      return false;
    }
    if (!behind && socket.writeQueueFull()) {
      behind = true;
      behindSince = System.nanoTime();
      loading++;
    }
    return !behind;
  }

  private void caughtUp() {
    if (behind) {
      behind = false;
      begin();
      observer.refresh();
    }
  }

  /** Called every few seconds. */
  void check() {
    if (behind && System.nanoTime() - behindSince > PATIENCE_NANOS) {
      close(Disconnect.SLOW_CONSUMER);
    } else if (!behind) {
      socket.writePing(Buffer.buffer());
    }
    checkAdmission(Disconnect.GOING_AWAY);
  }

  /** Closes the socket if its token is refused by now, but not for keys that cannot be fetched. */
  void checkAdmission(Disconnect reason) {
    admission
        .get()
        .onFailure(
            cause -> {
              if (cause instanceof Refusal refusal && !refusal.code().retryable()) {
                close(reason);
              }
            });
  }

  boolean isBehind() {
    return behind;
  }

  boolean isLoaded() {
    return loaded;
  }

  /**
   * @return false if the frame was not sent because the peer is behind
   */
  boolean offer(String frame) {
    if (keepsUp()) {
      send(frame);
      return true;
    }
    return false;
  }

  private void send(String frame) {
    if (!socket.isClosed()) {
      socket.writeTextMessage(frame);
    }
  }

  private void onMessage(String text) {
    JsonObject asked;
    try {
      JsonObject message = new JsonObject(text);
      asked = message.getJsonObject("observe");
      if (!message.containsKey("observe")) {
        close(Disconnect.MALFORMED_FRAME);
      } else if (asked == null) {
        observer.end();
      } else {
        observer.begin(asked.getString("instance"), asked.getString("room"));
      }
    } catch (DecodeException | ClassCastException e) {
      close(Disconnect.MALFORMED_FRAME);
    }
  }

  void close(Disconnect reason) {
    socket.close((short) reason.code(), reason.reason());
  }
}
