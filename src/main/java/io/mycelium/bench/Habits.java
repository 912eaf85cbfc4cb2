package io.mycelium.bench;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What people do besides writing, a day in a minute: each asks for older messages once in 30
 * seconds, and leaves a room and comes back half a second later once in a minute. On the sockets'
 * event loop.
 */
final class Habits {
  private static final double HISTORY_A_SECOND = 1.0 / 30;
  private static final double LEAVES_A_SECOND = 1.0 / 60;
  private static final long AWAY_MS = 500;

  private final Vertx vertx;
  private final List<PhoenixPeer> peers;
  private final Faults faults;
  private final SplittableRandom random = new SplittableRandom(1);
  private long timer = -1;

  Habits(Vertx vertx, List<PhoenixPeer> peers, Faults faults) {
    this.vertx = vertx;
    this.peers = peers;
    this.faults = faults;
  }

  void start() {
    timer = vertx.setPeriodic(1000, second -> peers.forEach(this::live));
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void live(PhoenixPeer peer) {
    double luck = random.nextDouble();
    if (!peer.isIdle()) {
      return;
    }
    if (luck < HISTORY_A_SECOND) {
      peer.history().onFailure(cause -> faults.add("refused", "history: %s", cause.getMessage()));
    } else if (luck < HISTORY_A_SECOND + LEAVES_A_SECOND) {
      peer.leave()
          .compose(left -> vertx.timer(AWAY_MS, TimeUnit.MILLISECONDS))
          .compose(waited -> peer.join())
          .onFailure(cause -> faults.add("refused", "leave and join: %s", cause.getMessage()));
    }
  }
}
