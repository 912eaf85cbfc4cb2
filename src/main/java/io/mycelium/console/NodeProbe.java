package io.mycelium.console;

import com.sun.management.OperatingSystemMXBean;
import io.mycelium.ops.JournalFigures;
import io.mycelium.ops.Meters;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Reads the figures of this node. For one thread: rates are those since the last sample. */
final class NodeProbe {
  /**
   * {@code at} in milliseconds since 1970, {@code cpu} in percent of one core, {@code gc} in
   * milliseconds within the second, {@code lag} the worst of any event loop in microseconds, {@code
   * heap}, {@code committed} and {@code direct} in bytes; {@code in}, {@code out}, {@code bytesIn},
   * {@code bytesOut} and {@code entries} per second; {@code commit} and {@code slowest} the mean
   * and the worst time of the journal's transactions in microseconds, 0 if there was none, {@code
   * queued} the entries that wait to be written.
   */
  static final List<String> COLUMNS =
      List.of(
          "at",
          "cpu",
          "heap",
          "committed",
          "direct",
          "gc",
          "lag",
          "connections",
          "in",
          "out",
          "bytesIn",
          "bytesOut",
          "entries",
          "commit",
          "slowest",
          "queued",
          "threads");

  private final Meters meters;
  private final Supplier<Map<String, Integer>> sockets;
  private final String journalKind;
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();
  private Meters.Totals last;
  private JournalFigures.Totals lastJournal;
  private long lastNanos = System.nanoTime();
  private long lastCpu;
  private long lastGc;

  /**
   * @param sockets number of sockets by state
   * @param journalKind such as {@code sqlite}
   */
  NodeProbe(Meters meters, Supplier<Map<String, Integer>> sockets, String journalKind) {
    this.meters = meters;
    this.sockets = sockets;
    this.journalKind = journalKind;
    this.last = meters.totals();
    this.lastJournal = meters.journal().totals();
    this.lastCpu = system.getProcessCpuTime();
    this.lastGc = gcMillis();
  }

  private long gcMillis() {
    return collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
  }

  /** Netty allocates memory outside the JVM's accounting if it can. */
  private static long direct() {
    long pools =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return pools + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  /** One array in the order of {@link #COLUMNS}. */
  String sample(long at) {
    long now = System.nanoTime();
    Meters.Totals totals = meters.totals();
    double seconds = Math.max(1, now - lastNanos) / 1e9;
    long cpu = system.getProcessCpuTime();
    long gc = gcMillis();
    JournalFigures.Totals journaled = meters.journal().totals();
    long commits = journaled.transactions() - lastJournal.transactions();
    long commitNanos = commits == 0 ? 0 : (journaled.nanos() - lastJournal.nanos()) / commits;
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    JsonArray sample =
        new JsonArray()
            .add(at)
            .add(Math.round((cpu - lastCpu) / 1e7 / seconds))
            .add(heap.getUsed())
            .add(heap.getCommitted())
            .add(direct())
            .add(gc - lastGc)
            .add(TimeUnit.NANOSECONDS.toMicros(meters.takeWorstLag()))
            .add(meters.connections())
            .add(Math.round((totals.messagesIn() - last.messagesIn()) / seconds))
            .add(Math.round((totals.deliveriesOut() - last.deliveriesOut()) / seconds))
            .add(Math.round((totals.bytesIn() - last.bytesIn()) / seconds))
            .add(Math.round((totals.bytesOut() - last.bytesOut()) / seconds))
            .add(Math.round((totals.entries() - last.entries()) / seconds))
            .add(TimeUnit.NANOSECONDS.toMicros(commitNanos))
            .add(TimeUnit.NANOSECONDS.toMicros(meters.journal().takeWorstCommit()))
            .add(journaled.queuedEntries())
            .add(ManagementFactory.getThreadMXBean().getThreadCount());
    lastNanos = now;
    last = totals;
    lastJournal = journaled;
    lastCpu = cpu;
    lastGc = gc;
    return sample.encode();
  }

  /** Counts since the start. */
  JsonObject totals() {
    Meters.Totals totals = meters.totals();
    JsonArray gc = new JsonArray();
    for (GarbageCollectorMXBean each : collectors) {
      gc.add(
          new JsonObject()
              .put("name", each.getName())
              .put("count", each.getCollectionCount())
              .put("millis", each.getCollectionTime()));
    }
    JsonObject all =
        new JsonObject()
            .put("open", meters.connections())
            .put("opened", totals.opened())
            .put("states", counts(sockets.get()))
            .put("closed", counts(meters.closedByReason()))
            .put("refused", counts(meters.refusedByReason()));
    return new JsonObject()
        .put("sockets", all)
        .put("gc", gc)
        .put("journal", journal(totals.entries()));
  }

  /** A journal in memory has no transactions to report. */
  private JsonObject journal(long entries) {
    JournalFigures.Totals figures = meters.journal().totals();
    JsonObject all = new JsonObject().put("kind", journalKind).put("entries", entries);
    if (figures.transactions() > 0) {
      all.put("transactions", figures.transactions())
          .put("batch", (double) figures.entries() / figures.transactions())
          .put("commit", TimeUnit.NANOSECONDS.toMicros(figures.nanos() / figures.transactions()))
          .put("queued", figures.queuedEntries())
          .put("queuedBytes", figures.queuedBytes())
          .put("retries", figures.retries());
    }
    return all;
  }

  private static JsonObject counts(Map<String, ?> counts) {
    return new JsonObject(new LinkedHashMap<>(counts));
  }

  /** Facts that do not change while the process runs. */
  JsonObject facts() {
    String version = NodeProbe.class.getPackage().getImplementationVersion();
    return new JsonObject()
        .put("version", Objects.requireNonNullElse(version, "development"))
        .put("java", Runtime.version().toString())
        .put("pid", ProcessHandle.current().pid())
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("heapMax", Runtime.getRuntime().maxMemory())
        .put("startedAt", ManagementFactory.getRuntimeMXBean().getStartTime());
  }
}
