package io.mycelium.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Every meter of a node, named with unit and help, for Prometheus. Any thread; methods that are
 * called per batch cost an atomic add, without a look-up.
 *
 * <p>No instance, room, user or connection is ever a tag: their number is unbounded and a time
 * series lives for weeks. Figures of one instance are its {@code /stats}.
 */
public final class Meters implements AutoCloseable {
  /** Upper bounds of the histograms' buckets, from an idle hop to a stall. */
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmMeters jvm = new JvmMeters(registry);
  private final HttpMeters http = new HttpMeters(registry, BUCKETS);
  private final SummedGauge commandsUnacked =
      new SummedGauge(
          registry,
          "mycelium.unacked.commands",
          "commands",
          "Commands that wait for an instance's reply");

  private final LongAccumulator worstLag = new LongAccumulator(Math::max, 0);
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder messagesIn = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder deliveriesOut = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder entries = new LongAdder();
  private final LongAdder failedAccepts = new LongAdder();

  private final ReasonCounters connectionsClosed;
  private final ReasonCounters errorReplies;
  private final ReasonCounters upgradesRefused;
  private final ReasonCounters requestsAborted;
  private final Counter instancesStarted =
      counter("mycelium.started.instances", "instances", "Instances deployed");
  private final Counter instancesStopped =
      counter("mycelium.stopped.instances", "instances", "Instances undeployed");
  private final Counter restarts =
      counter("mycelium.instance.restarts", "restarts", "Instances restarted after a crash");
  private final Counter failures =
      counter(
          "mycelium.instance.failures", "failures", "Instances given up after too many crashes");
  private final Counter gaps =
      counter("mycelium.fetched.gaps", "gaps", "Deliveries lost on the bus and fetched again");
  private final Counter duplicates =
      counter(
          "mycelium.dropped.duplicates",
          "duplicates",
          "Deliveries and batches of them that the bus repeated, dropped");
  private final Counter dropped =
      counter(
          "mycelium.dropped.messages",
          "messages",
          "Messages that slow sockets missed in rooms with slow_consumer: drop_oldest");
  private final Counter conflated =
      counter(
          "mycelium.conflated.messages",
          "messages",
          "Messages that slow sockets got as part of a newer one (slow_consumer: conflate)");
  private final Timer handler =
      timer(
          "mycelium.handler",
          "Time an instance takes for one batch of commands or a back end's message");
  private final JournalFigures journal = new JournalFigures(registry);
  private final CompressionFigures compression = new CompressionFigures(registry);
  private final Timer lag = timer("mycelium.event.loop.lag", "How late event loops run a timer");

  /**
   * @param closeReasons why a connection can end; the tag {@code reason} takes these values, or
   *     {@code other}
   * @param errorReasons why a command or an upgrade can be refused; the tag {@code reason} takes
   *     these values, or {@code other}
   */
  public Meters(Set<String> closeReasons, Set<String> errorReasons) {
    Gauge.builder("mycelium.connections", this, Meters::connections)
        .baseUnit("connections")
        .description("Open WebSockets")
        .register(registry);
    adder("mycelium.opened.connections", "connections", "WebSockets accepted", opened);
    adder("mycelium.received.messages", "messages", "Messages read from sockets", messagesIn);
    adder("mycelium.received.bytes", "bytes", "Bytes of messages read from sockets", bytesIn);
    adder("mycelium.sent.deliveries", "deliveries", "Deliveries written to sockets", deliveriesOut);
    adder("mycelium.sent.bytes", "bytes", "Bytes of deliveries written to sockets", bytesOut);
    adder("mycelium.appended.entries", "entries", "Entries appended to the journal", entries);
    adder(
        "mycelium.failed.accepts",
        "accepts",
        "Attempts to accept connections that failed, one a second while they do",
        failedAccepts);
    connectionsClosed =
        new ReasonCounters(
            registry,
            "mycelium.closed.connections",
            "connections",
            "WebSockets closed",
            closeReasons);
    errorReplies =
        new ReasonCounters(
            registry,
            "mycelium.error.replies",
            "replies",
            "Commands answered with an error",
            errorReasons);
    upgradesRefused =
        new ReasonCounters(
            registry,
            "mycelium.refused.upgrades",
            "upgrades",
            "WebSocket upgrades refused",
            errorReasons);
    requestsAborted =
        new ReasonCounters(
            registry,
            "mycelium.aborted.requests",
            "requests",
            "HTTP connections closed: header, body or next request not in time, or no HTTP",
            Set.of("header", "body", "next", "invalid"));
  }

  public void connectionOpened() {
    opened.increment();
  }

  public void connectionClosed(String reason) {
    closed.increment();
    connectionsClosed.increment(reason);
  }

  /** Open WebSockets. */
  public long connections() {
    return opened.sum() - closed.sum();
  }

  /** A node's counts since its start. */
  public record Totals(
      long opened,
      long messagesIn,
      long bytesIn,
      long deliveriesOut,
      long bytesOut,
      long entries) {}

  /** All counts at about the same moment; costs only some reads. */
  public Totals totals() {
    return new Totals(
        opened.sum(),
        messagesIn.sum(),
        bytesIn.sum(),
        deliveriesOut.sum(),
        bytesOut.sum(),
        entries.sum());
  }

  /** WebSockets closed since the start, by reason; without reasons that did not occur. */
  public Map<String, Long> closedByReason() {
    return connectionsClosed.counts();
  }

  /** Upgrades refused since the start, by reason; without reasons that did not occur. */
  public Map<String, Long> refusedByReason() {
    return upgradesRefused.counts();
  }

  /** The worst event loop lag since the last call, in nanoseconds; for one caller. */
  public long takeWorstLag() {
    return worstLag.getThenReset();
  }

  /** Called once for each read, with the number of messages and the bytes of their payloads. */
  public void messagesIn(int messages, long bytes) {
    messagesIn.add(messages);
    bytesIn.add(bytes);
  }

  /** Called once for each flush: {@code deliveries} counts each socket that a message goes to. */
  public void deliveriesOut(int deliveries, long bytes) {
    deliveriesOut.add(deliveries);
    bytesOut.add(bytes);
  }

  public void errorReply(String reason) {
    errorReplies.increment(reason);
  }

  void acceptFailed() {
    failedAccepts.increment();
  }

  public void requestAborted(String waitedFor) {
    requestsAborted.increment(waitedFor);
  }

  public void upgradeRefused(String reason) {
    upgradesRefused.increment(reason);
  }

  /**
   * Adds one gateway's un-acked commands to the gauge that sums them all.
   *
   * @param commands read by the scraping thread; a stale value is acceptable
   * @return removes the gateway's commands again
   */
  public Runnable commandsUnacked(Supplier<Number> commands) {
    return commandsUnacked.add(commands);
  }

  /**
   * The number of instances with this status.
   *
   * @param status one of the few in the API
   * @param instances read by the scraping thread, must not block
   */
  public void instances(String status, Supplier<Number> instances) {
    Gauge.builder("mycelium.instances", instances)
        .baseUnit("instances")
        .description("Instances on this node")
        .tag("status", status)
        .strongReference(true)
        .register(registry);
  }

  /** The number of instances over {@code instances.max_handler_time}; likewise. */
  public void throttled(Supplier<Number> instances) {
    Gauge.builder("mycelium.throttled.instances", instances)
        .description("Instances over instances.max_handler_time")
        .strongReference(true)
        .register(registry);
  }

  /**
   * Bytes of the states of all rooms in memory.
   *
   * @param bytes read by the scraping thread, must not block
   * @param max above which the states do not grow
   * @param entries bytes of the rooms' newest entries in memory
   */
  public void states(LongSupplier bytes, long max, LongSupplier entries) {
    gauge("mycelium.state", "States of all rooms in memory", bytes);
    gauge("mycelium.state.max", "Above it no state grows: instances.max_state_bytes", () -> max);
    gauge("mycelium.recent.entries", "Entries in memory of all rooms", entries);
  }

  /**
   * How old the keys are that tokens are checked with, while they cannot be fetched.
   *
   * @param ms 0 while they can be fetched; read by the scraping thread, must not block
   */
  public void staleKeys(LongSupplier ms) {
    Gauge.builder("mycelium.jwks.stale", () -> ms.getAsLong() / 1000.0)
        .baseUnit("seconds")
        .description("Age of the keys at a jwks_url that cannot be fetched; 0 while it can")
        .strongReference(true)
        .register(registry);
  }

  private void gauge(String name, String description, LongSupplier bytes) {
    Gauge.builder(name, bytes, LongSupplier::getAsLong)
        .baseUnit("bytes")
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  public void instanceStarted() {
    instancesStarted.increment();
  }

  public void instanceStopped() {
    instancesStopped.increment();
  }

  public void instanceRestarted() {
    restarts.increment();
  }

  public void instanceFailed() {
    failures.increment();
  }

  public void entriesAppended(int count) {
    entries.add(count);
  }

  /** Time that an instance took for one batch of commands, in nanoseconds. */
  public void handlerTime(long nanos) {
    handler.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The meters of the journal. */
  public JournalFigures journal() {
    return journal;
  }

  /** The meters of permessage-deflate. */
  public CompressionFigures compression() {
    return compression;
  }

  /** The meters of a cluster, made once; a node that is alone does not ask. */
  public ClusterFigures cluster() {
    return new ClusterFigures(registry);
  }

  public void gapFetched() {
    gaps.increment();
  }

  public void duplicateDropped() {
    duplicates.increment();
  }

  public void messagesDropped(long messages) {
    dropped.increment(messages);
  }

  public void messagesConflated(long messages) {
    conflated.increment(messages);
  }

  /**
   * One REST request.
   *
   * @param route the template, such as {@code /api/v1/instances/:id}; never the requested path
   */
  public void httpRequest(String method, String route, int status, long nanos) {
    http.record(method, route, status, nanos);
  }

  /** Called by {@link EventLoopLag}. */
  void eventLoopLag(long nanos) {
    lag.record(nanos, TimeUnit.NANOSECONDS);
    worstLag.accumulate(nanos);
  }

  /** All meters in Prometheus' text format. Takes milliseconds: not for an event loop. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    jvm.close();
    registry.close();
  }

  private Counter counter(String name, String unit, String help) {
    return Counter.builder(name).baseUnit(unit).description(help).register(registry);
  }

  private void adder(String name, String unit, String help, LongAdder adder) {
    ToDoubleFunction<LongAdder> sum = LongAdder::sum;
    FunctionCounter.builder(name, adder, sum).baseUnit(unit).description(help).register(registry);
  }

  private Timer timer(String name, String help) {
    return Timer.builder(name).description(help).serviceLevelObjectives(BUCKETS).register(registry);
  }
}
