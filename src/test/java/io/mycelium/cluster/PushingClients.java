package io.mycelium.cluster;

import io.mycelium.testing.Figures;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Clients, each alone in an instance, that push now and then and note what comes back: when, in
 * which order, and how each push was answered.
 */
final class PushingClients implements AutoCloseable {
  private static final int CONNECTIONS = 16;
  private static final int MINUTES = 5;
  private static final long AGAIN_MS = 100;

  /** What a command may be answered besides ok: names that a client may try again after. */
  static final Set<String> RETRYABLE =
      Set.of("journal_unavailable", "overloaded", "timeout", "instance_restarting");

  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient sockets =
      vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(10_000));
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final long periodMs;
  private volatile boolean pushing = true;

  /** An upgrade that was answered {@code {code, ...}}, or a join {@code {reason, ...}}. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String reason;

    Refused(JsonObject answer) {
      super(answer.encode());
      reason = answer.getString("reason", answer.getString("code"));
    }
  }

  /** One client; on one event loop. */
  private final class Client {
    final String instance;
    WebSocket socket;
    final BitSet acked = new BitSet();
    final BitSet refused = new BitSet();
    final BitSet delivered = new BitSet();
    int pushed;
    volatile int seen;
    volatile String wrong;
    volatile long interruptedAt = Long.MAX_VALUE;
    volatile long backAt;

    Client(String instance) {
      this.instance = instance;
    }

    Future<Void> join(WebSocket opened) {
      socket = opened;
      Promise<Void> joined = Promise.promise();
      opened.textMessageHandler(
          text -> {
            JsonArray frame = new JsonArray(text);
            switch (frame.getString(3)) {
              case "phx_reply" -> replied(frame, joined);
              case "msg" -> delivered(frame.getJsonObject(4));
              case "phx_error", "phx_close" -> wrong = text;
              default -> {}
            }
          });
      opened.closeHandler(closed -> wrong = wrong == null && pushing ? "closed" : wrong);
      opened.writeTextMessage("[\"1\",\"1\",\"r\",\"phx_join\",{}]");
      return joined.future();
    }

    private void replied(JsonArray frame, Promise<Void> joined) {
      JsonObject payload = frame.getJsonObject(4);
      String status = payload.getString("status");
      if ("1".equals(frame.getString(1))) {
        if (status.equals("ok")) {
          joined.complete();
        } else {
          socket.closeHandler(null);
          socket.close();
          joined.fail(new Refused(payload.getJsonObject("response")));
        }
        return;
      }
      String reason = payload.getJsonObject("response").getString("reason");
      int n = Integer.parseInt(frame.getString(1).substring(1));
      if (status.equals("ok")) {
        acked.set(n);
      } else if (!reason.equals("timeout")) {
        refused.set(n);
      }
      answers
          .computeIfAbsent(status.equals("ok") ? "ok" : reason, key -> new AtomicInteger())
          .incrementAndGet();
    }

    /** Whether each acknowledged push was seen, and no refused one. */
    private String judge() {
      BitSet lost = (BitSet) acked.clone();
      lost.andNot(delivered);
      BitSet both = (BitSet) refused.clone();
      both.and(delivered);
      if (!lost.isEmpty() || !both.isEmpty()) {
        return "acknowledged and not seen: " + lost + ", refused and seen: " + both;
      }
      return wrong;
    }

    /** Deliveries of before are here by then. */
    private void delivered(JsonObject payload) {
      long now = System.nanoTime();
      if (backAt == 0 && now > interruptedAt) {
        backAt = now;
      }
      JsonObject state = payload.getJsonObject("data").getJsonObject("state");
      for (String seq : state.fieldNames()) {
        int n = state.getJsonObject(seq).getJsonObject("payload").getInteger("n");
        if (n <= seen) {
          wrong = "after " + seen + " came " + n;
        }
        delivered.set(n);
        seen = n;
      }
    }

    void push() {
      if (pushing) {
        pushed++;
        sent.incrementAndGet();
        socket.writeTextMessage(
            "[\"1\",\"p%d\",\"r\",\"push\",{\"n\":%d}]".formatted(pushed, pushed));
      }
    }
  }

  PushingClients(long periodMs) {
    this.periodMs = periodMs;
  }

  /** Makes instances {@code prefix0}, {@code prefix1}, ... on that node, many at once. */
  void create(ServerProcess node, String prefix, int count, String type) {
    HttpClient http =
        vertx.createHttpClient(
            new HttpClientOptions().setDefaultHost(node.host()).setDefaultPort(node.port()),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> lines = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      lines.add(createNext(http, prefix, next, count, type));
    }
    await(Future.all(lines));
    await(http.close());
  }

  private static Future<Void> createNext(
      HttpClient http, String prefix, AtomicInteger next, int count, String type) {
    int number = next.getAndIncrement();
    if (number >= count) {
      return Future.succeededFuture();
    }
    JsonObject spec =
        new JsonObject()
            .put("id", prefix + number)
            .put("type", type)
            .put("config", new JsonObject().put("durability", "sync"))
            .put("rooms", new JsonObject().put("r", new JsonObject()));
    return http.request(HttpMethod.POST, "/api/v1/instances")
        .compose(
            request ->
                request
                    .putHeader("Content-Type", "application/json")
                    .send(spec.toBuffer())
                    .compose(PushingClients::made))
        .compose(made -> createNext(http, prefix, next, count, type));
  }

  /** At once, on the event loop: asked for later, the body may be gone. */
  private static Future<Void> made(HttpClientResponse response) {
    return response.statusCode() == 201
        ? response.end()
        : response.body().compose(body -> Future.failedFuture(body.toString()));
  }

  /** Joins a client to each instance, by way of these nodes in turn, and lets them push. */
  void join(List<String> instances, List<ServerProcess> nodes) {
    instances.forEach(instance -> clients.add(new Client(instance)));
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> lines = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      lines.add(joinNext(next, nodes));
    }
    await(Future.all(lines));
    for (int i = 0; i < clients.size(); i++) {
      Client client = clients.get(i);
      long first = 1 + periodMs * i / clients.size();
      vertx.setTimer(
          first,
          timer -> {
            client.push();
            vertx.setPeriodic(periodMs, again -> client.push());
          });
    }
  }

  private Future<Void> joinNext(AtomicInteger next, List<ServerProcess> nodes) {
    int number = next.getAndIncrement();
    if (number >= clients.size()) {
      return Future.succeededFuture();
    }
    ServerProcess node = nodes.get(number % nodes.size());
    long patience = System.nanoTime() + TestNode.PATIENCE.toNanos();
    return join(clients.get(number), node, patience).compose(joined -> joinNext(next, nodes));
  }

  /** As every Phoenix client does, again after a refusal that is said to pass. */
  private Future<Void> join(Client client, ServerProcess node, long patience) {
    String path = "/socket/" + client.instance + "/websocket?vsn=2.0.0";
    return sockets
        .connect(node.port(), node.host(), path)
        .recover(cause -> Future.failedFuture(refusal(cause)))
        .compose(client::join)
        .recover(
            cause -> {
              if (!(cause instanceof Refused refused)
                  || !RETRYABLE.contains(refused.reason)
                  || System.nanoTime() > patience) {
                return Future.failedFuture(cause);
              }
              Figures.log("%s is joined again: %s", client.instance, cause.getMessage());
              return vertx
                  .timer(AGAIN_MS, TimeUnit.MILLISECONDS)
                  .compose(again -> join(client, node, patience));
            });
  }

  private static Throwable refusal(Throwable cause) {
    return cause instanceof UpgradeRejectedException refused
        ? new Refused(refused.getBody().toJsonObject())
        : cause;
  }

  /** Waits until each has seen one more of its own messages. */
  void awaitDeliveries() {
    int[] before = clients.stream().mapToInt(client -> client.seen).toArray();
    await(
        () -> {
          for (int i = 0; i < before.length; i++) {
            if (clients.get(i).seen == before[i]) {
              return false;
            }
          }
          return true;
        });
  }

  /** Deliveries after that moment come from the next owner. */
  void interrupted(long nanos) {
    clients.forEach(client -> client.interruptedAt = nanos);
  }

  /** Waits until each client has had a delivery after the interruption; milliseconds, sorted. */
  long[] pauses(long from) {
    await(() -> clients.stream().allMatch(client -> client.backAt != 0));
    return clients.stream()
        .mapToLong(client -> TimeUnit.NANOSECONDS.toMillis(client.backAt - from))
        .sorted()
        .toArray();
  }

  /** Ends all pushing; every push is answered then. Answers by status and reason. */
  Map<String, Integer> end() {
    pushing = false;
    await(() -> answers.values().stream().mapToInt(AtomicInteger::get).sum() >= sent.get());
    Map<String, Integer> counts = new TreeMap<>();
    answers.forEach((answer, count) -> counts.put(answer, count.get()));
    return counts;
  }

  /** What went wrong, such as a message that came twice or never; empty if nothing did. */
  List<String> wrong() {
    return clients.stream()
        .filter(client -> client.judge() != null)
        .map(client -> client.instance + ": " + client.judge())
        .toList();
  }

  int sent() {
    return sent.get();
  }

  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + MINUTES + " minutes");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(MINUTES, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
