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
 * Takes one sample of the node's figures each second, even while nobody watches, so that a console
 * has history to draw when it opens. One per node, with one timer; it costs some tens of
 * microseconds a second.
 */
public final class Sampler {
  private static final int INTERVAL_MS = 1000;

  private final NodeProbe probe;
  private final Samples samples = new Samples();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param sockets number of sockets by state; read each second while a console watches
   * @param journalKind the kind of store, such as {@code sqlite}
   */
  public Sampler(Meters meters, Supplier<Map<String, Integer>> sockets, String journalKind) {
    probe = new NodeProbe(meters, sockets, journalKind);
  }

  /** Runs until this Vert.x is closed. */
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

  /** The first message to a console: {@code {facts, columns, samples, totals}} as JSON text. */
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
   * Calls the listener with each sample, on the sampler's thread.
   *
   * @return ends the calls
   */
  Runnable listen(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
