package io.mycelium.console;

import io.mycelium.ops.Meters;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes one sample of the node's figures each second, watched or not, so that a console that is
 * opened has history to draw. One per node, with one timer; it costs some tens of microseconds a
 * second.
 */
public final class Sampler {
  private static final int INTERVAL_MS = 1000;

  private final NodeProbe probe;
  private final Samples samples = new Samples();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param sockets how many are in which state; read each second while somebody watches
   * @param journalKind where entries are kept, such as {@code sqlite}
   */
  public Sampler(Meters meters, Supplier<Map<String, Integer>> sockets, String journalKind) {
    probe = new NodeProbe(meters, sockets, journalKind);
  }

  /** Until that Vert.x is closed. */
  public Sampler start(Vertx vertx) {
    vertx.setPeriodic(INTERVAL_MS, ignored -> take(System.currentTimeMillis()));
    return this;
  }

  void take(long at) {
    String sample = probe.sample(at);
    samples.add(sample);
    if (!listeners.isEmpty()) {
      String frame = "{\"sample\":" + sample + ",\"totals\":" + probe.totals().encode() + "}";
      listeners.forEach(listener -> listener.accept(frame));
    }
  }

  /** What a console is told first: {@code {facts, columns, samples, totals}} as JSON text. */
  String history() {
    return "{\"facts\":"
        + probe.facts().encode()
        + ",\"columns\":"
        + new JsonArray(NodeProbe.COLUMNS).encode()
        + ",\"samples\":"
        + samples.json()
        + ",\"totals\":"
        + probe.totals().encode()
        + "}";
  }

  /**
   * Hears each sample, on the sampler's thread.
   *
   * @return ends it
   */
  Runnable listen(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
