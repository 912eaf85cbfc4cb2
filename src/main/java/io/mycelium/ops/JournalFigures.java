package io.mycelium.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.LongSupplier;

/** Meters of the journal: the size of a commit, its duration, and the queue. */
public final class JournalFigures {
  private static final double[] BATCHES = {1, 10, 100, 1000};
  private static final Duration[] TIMES = {
    Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofSeconds(1)
  };

  private final MeterRegistry registry;
  private final DistributionSummary batch;
  private final Timer commit;
  private final Counter retries;
  private final LongAccumulator worst = new LongAccumulator(Math::max, 0);
  private volatile LongSupplier queuedEntries = () -> 0;
  private volatile LongSupplier queuedBytes = () -> 0;

  JournalFigures(MeterRegistry registry) {
    this.registry = registry;
    batch =
        DistributionSummary.builder("mycelium.journal.batch")
            .baseUnit("entries")
            .description("Entries in one transaction")
            .serviceLevelObjectives(BATCHES)
            .register(registry);
    commit =
        Timer.builder("mycelium.journal.commit")
            .description("Time of one transaction, its commit included")
            .serviceLevelObjectives(TIMES)
            .register(registry);
    retries =
        Counter.builder("mycelium.journal.retries")
            .baseUnit("transactions")
            .description("Transactions that failed and were tried again")
            .register(registry);
  }

  /** One transaction; {@code nanos} from its start to the end of its commit. */
  public void committed(int entries, long nanos) {
    batch.record(entries);
    commit.record(nanos, TimeUnit.NANOSECONDS);
    worst.accumulate(nanos);
  }

  public void retried() {
    retries.increment();
  }

  /** The entries that wait to be written; read by the scraping thread. */
  public void queue(LongSupplier entries, LongSupplier bytes) {
    queuedEntries = entries;
    queuedBytes = bytes;
    gauge("mycelium.journal.queued.entries", "entries", "Entries that wait to be written", entries);
    gauge("mycelium.journal.queued.bytes", "bytes", "Bytes of their payloads", bytes);
  }

  /**
   * The journal's counts since the start, and its queue now.
   *
   * @param nanos of all transactions together
   */
  public record Totals(
      long transactions,
      long entries,
      long nanos,
      long retries,
      long queuedEntries,
      long queuedBytes) {}

  /** All figures at about the same moment; costs only some reads. */
  public Totals totals() {
    return new Totals(
        commit.count(),
        (long) batch.totalAmount(),
        (long) commit.totalTime(TimeUnit.NANOSECONDS),
        (long) retries.count(),
        queuedEntries.getAsLong(),
        queuedBytes.getAsLong());
  }

  /** The slowest transaction since the last call, in nanoseconds; for one caller. */
  public long takeWorstCommit() {
    return worst.getThenReset();
  }

  private void gauge(String name, String unit, String help, LongSupplier value) {
    Gauge.builder(name, value::getAsLong)
        .baseUnit(unit)
        .description(help)
        .strongReference(true)
        .register(registry);
  }
}
