package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

class EventLoopLagTest {
  private static final long INTERVAL = EventLoopLag.INTERVAL_MILLIS * 1_000_000;

  @Test
  void latenessIsTimeBeyondTheInterval() {
    List<Long> lags = new ArrayList<>();
    EventLoopLag lag = EventLoopLag.of(lags::add, 0);
    lag.tick(INTERVAL);
    lag.tick(2 * INTERVAL + 40);
    lag.tick(3 * INTERVAL);
    assertThat(lags).containsExactly(0L, 40L, 0L);
  }

  @Test
  @ExtendWith(VertxExtension.class)
  void runningLoopIsMeasured(Vertx vertx, VertxTestContext test) {
    Meters meters = new Meters(Set.of(), Set.of());
    EventLoopLag.start(vertx, meters);
    vertx.setPeriodic(
        EventLoopLag.INTERVAL_MILLIS,
        timer -> {
          if (!meters.scrape().contains("mycelium_event_loop_lag_seconds_count 0")) {
            test.completeNow();
          }
        });
  }
}
