package io.mycelium.ops;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * How late an event loop runs a timer, which is the delay of any message on that loop. One per
 * event loop, started from a verticle on it.
 */
public final class EventLoopLag {
  static final long INTERVAL_MILLIS = 250;

  private final LongConsumer lagNanos;
  private long last = System.nanoTime();

  private EventLoopLag(LongConsumer lagNanos) {
    this.lagNanos = lagNanos;
  }

  /**
   * Measures the loop of the calling verticle until the verticle is undeployed.
   *
   * @param vertx the verticle's own, so that its timer ends with it
   */
  public static void start(Vertx vertx, Meters meters) {
    EventLoopLag lag = new EventLoopLag(meters::eventLoopLag);
    vertx.setPeriodic(INTERVAL_MILLIS, timer -> lag.tick(System.nanoTime()));
  }

  static EventLoopLag of(LongConsumer lagNanos, long now) {
    EventLoopLag lag = new EventLoopLag(lagNanos);
    lag.last = now;
    return lag;
  }

  /** After a late tick the periodic timer fires early to catch up, which counts as zero lag. */
  void tick(long now) {
    long late = now - last - TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS);
    last = now;
    lagNanos.accept(Math.max(0, late));
  }
}
