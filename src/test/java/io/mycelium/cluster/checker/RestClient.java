package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Pushes over REST, one after the other, each with a key and again until it is taken, to whatever
 * node. On a thread of its own.
 */
final class RestClient implements AutoCloseable {
  static final String NAME = "REST";
  private static final long PAUSE_MS = 200;
  private static final long PATIENCE_MS = 30_000;

  private final Cluster cluster;
  private final Ledger ledger;
  private final Thread thread;
  private volatile boolean ended;

  RestClient(Cluster cluster, Ledger ledger, List<RoomKey> rooms, Random random) {
    this.cluster = cluster;
    this.ledger = ledger;
    this.thread = new Thread(() -> run(rooms, random), "checker-rest");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run(List<RoomKey> rooms, Random random) {
    for (int i = 1; !ended; i++) {
      Push push = push(NAME + "-" + i, rooms.get(random.nextInt(rooms.size())));
      while (!isTaken(push, random.nextInt(Cluster.NODES))) {
        pause();
      }
      pause();
    }
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
  }

  /** A new one, not sent yet. */
  Push push(String id, RoomKey room) {
    Push push = new Push(id, NAME, room, Push.Kind.ONCE, ledger.now());
    ledger.add(push);
    return push;
  }

  /** Sends it to that node. Any thread, but one at a time for each push. */
  boolean isTaken(Push push, int node) {
    RoomKey room = push.room;
    String path = "/instances/%s/rooms/%s/messages".formatted(room.instance(), room.room());
    JsonObject body =
        new JsonObject().put("payload", new JsonObject().put("id", push.id)).put("key", push.id);
    HttpResponse<String> answer = cluster.request(node, "POST", path, body.encode());
    if (answer != null && answer.statusCode() < 300) {
      push.acked(new JsonObject(answer.body()).getLong("seq"), ledger.now());
      return true;
    }
    String code = answer == null ? "no answer" : new JsonObject(answer.body()).getString("code");
    ledger.count("REST: " + code);
    if (answer != null && !isRetryable(code)) {
      String what = push + " to " + Cluster.name(node) + ": " + answer.body();
      ledger.violated(Rule.NAMED_ERRORS, what);
    }
    return false;
  }

  static boolean isRetryable(String code) {
    return Stream.of(ErrorCode.values())
        .anyMatch(each -> each.reason().equals(code) && each.retryable());
  }

  /** Once its push is taken, if the cluster works. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join(PATIENCE_MS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
