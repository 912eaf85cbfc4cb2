package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.ServerCluster;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What clients notice of moves: how long their pushes wait at most. */
@Quiet
class MovePausesTest {
  private static final int INSTANCES = 10;
  private static final int ROUNDS = Integer.getInteger("mycelium.moves.rounds", 6);
  private static final int FIRST_ROUNDS = 3;
  private static final long EVERY_MS = 20;
  private static final long SETTLE_MS = 100;

  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient client =
      vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(1000));

  private record Move(int instance, long began, long ended, long told) {}

  @Test
  void pushesUnderLoadWaitForAFractionOfASecondAndAreAppliedOnce() throws Exception {
    try (ServerCluster cluster =
        ServerCluster.start(Map.of("MYCELIUM_CLUSTER_MOVES_PER_SECOND", "0"))) {
      List<String> ids = List.of(cluster.id(0), cluster.id(1), cluster.id(2));
      List<Pusher> pushers = new ArrayList<>();
      for (int i = 0; i < INSTANCES; i++) {
        String spec =
            """
            {"id": "i%d", "type": "accumulative", "config": {"durability": "sync"}}
            """;
        cluster.node(0).request("POST", "/instances", spec.formatted(i));
        pushers.add(
            Pusher.start(vertx, client, cluster.node(i % 3).port(), "i" + i, "lobby", EVERY_MS)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS));
      }
      List<Move> first = new ArrayList<>();
      List<Move> moves = new ArrayList<>();
      // The first rounds are the JIT's: each node gives instances away and gets them.
      for (int round = 0; round < FIRST_ROUNDS + ROUNDS; round++) {
        for (int i = 0; i < INSTANCES; i++) {
          long began = System.nanoTime();
          JsonObject moved = cluster.move((i + round) % 3, "i" + i, ids.get((i + round + 1) % 3));
          long ended = System.nanoTime();
          pause(SETTLE_MS);
          if (moved.getLong("ms") > 0) {
            (round < FIRST_ROUNDS ? first : moves)
                .add(new Move(i, began, ended, moved.getLong("ms")));
          }
        }
      }
      stop(pushers);
      for (Pusher each : pushers) {
        assertThat(each.refused()).isEmpty();
        assertThat(each.odd()).isEmpty();
        List<Long> all = LongStream.rangeClosed(1, each.sent()).boxed().toList();
        assertThat(each.seqs()).isEqualTo(all);
        assertThat(each.seen()).isEqualTo(all);
      }
      report("first", pushers, first);
      report("later", pushers, moves);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  /** Measured time, not a wait for something. */
  private void pause(long ms) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    vertx.setTimer(ms, ignored -> over.countDown());
    over.await();
  }

  private void stop(List<Pusher> pushers) throws InterruptedException {
    pushers.forEach(Pusher::stop);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (pushers.stream().anyMatch(each -> each.waiting() > 0)) {
      assertThat(System.nanoTime()).as("pushes are not answered").isLessThan(deadline);
      pause(50);
    }
    // The last messages are on their way beside the last answers.
    pause(500);
  }

  private static void report(String which, List<Pusher> pushers, List<Move> moves) {
    List<Double> noticed =
        moves.stream()
            .map(
                move ->
                    pushers
                        .get(move.instance())
                        .worst(
                            move.began(), move.ended() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS)))
            .sorted()
            .toList();
    List<Long> told = moves.stream().map(Move::told).sorted().toList();
    Figures.log(
        "%d %s moves under %d pushes/s: longest wait of a push p50 %.0f ms, p99 %.0f ms, max %.0f ms;"
            + " the owner's own count p50 %d ms, p99 %d ms",
        moves.size(),
        which,
        1000 / EVERY_MS * INSTANCES,
        of(noticed, 0.5),
        of(noticed, 0.99),
        of(noticed, 1),
        of(told, 0.5),
        of(told, 0.99));
    assertThat(of(noticed, 0.5)).isLessThan(500);
  }

  private static <T> T of(List<T> sorted, double share) {
    return sorted.get(Math.min(sorted.size() - 1, (int) (share * sorted.size())));
  }
}
