package io.mycelium.cluster.checker;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All clients, on one event loop; called on the test's thread. */
final class Crowd implements AutoCloseable {
  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(false));
  private final WebSocketClient sockets =
      vertx.createWebSocketClient(
          new WebSocketClientOptions()
              .setConnectTimeout(1500)
              .setMaxFrameSize(16 << 20)
              .setMaxMessageSize(16 << 20)
              .setMaxConnections(10_000));
  private final Cluster cluster;
  private final Ledger ledger;
  private final List<ChatClient> clients = new ArrayList<>();
  private final List<Long> timers = new ArrayList<>();

  Crowd(Cluster cluster, Ledger ledger) {
    this.cluster = cluster;
    this.ledger = ledger;
  }

  Vertx vertx() {
    return vertx;
  }

  WebSocketClient sockets() {
    return sockets;
  }

  Cluster cluster() {
    return cluster;
  }

  Ledger ledger() {
    return ledger;
  }

  List<ChatClient> clients() {
    return clients;
  }

  /** What the task returns, on the clients' thread. */
  <T> T on(Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    vertx.runOnContext(
        ignored -> {
          try {
            done.complete(task.get());
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    return done.join();
  }

  ChatClient add(Supplier<ChatClient> made) {
    return on(
        () -> {
          ChatClient client = made.get();
          clients.add(client);
          client.connect();
          return client;
        });
  }

  /** Each client does so this often, from now on until {@link #stopPushing}. */
  void pushEvery(long ms, Consumer<ChatClient> push) {
    on(
        () -> {
          for (int i = 0; i < clients.size(); i++) {
            ChatClient client = clients.get(i);
            long begin = 1 + ms * i / clients.size();
            timers.add(vertx.setPeriodic(begin, ms, ignored -> push.accept(client)));
          }
          return null;
        });
  }

  void stopPushing() {
    on(
        () -> {
          timers.forEach(vertx::cancelTimer);
          return null;
        });
  }

  /** All clients go. */
  void end() {
    on(
        () -> {
          clients.forEach(ChatClient::end);
          return null;
        });
  }

  /** Looks, on the clients' thread, until it is so. */
  boolean await(Duration atMost, BooleanSupplier wanted) {
    return until(atMost, () -> on(wanted::getAsBoolean));
  }

  /** Looks until it is so. */
  static boolean until(Duration atMost, BooleanSupplier wanted) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return true;
  }

  @Override
  public void close() {
    end();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
