package io.mycelium.deployer;

import io.mycelium.instance.InstanceSpec;
import io.mycelium.instance.InstanceStats;
import io.mycelium.protocol.JsonWriter;

/**
 * One instance's row in the live table, as last published. {@link #write} uses the order of {@link
 * io.mycelium.bus.InstanceRows#COLUMNS}. On the deployer's context.
 */
final class InstanceRow {
  /** Measured, see docs/performance.md: an idle instance with its rooms, rounded up. */
  private static final long INSTANCE_BYTES = 4 << 10;

  /** Measured too: a connection in one room, in both halves. */
  private static final long CONNECTION_BYTES = 6 << 10;

  /** Each further channel. */
  private static final long CHANNEL_BYTES = 512;

  private final SupervisedInstance instance;
  private final InstanceStats.Figures seen = new InstanceStats.Figures();
  private InstanceStatus status;
  private int restarts;
  private long in;
  private long out;
  private long p99;
  private long memory;

  InstanceRow(SupervisedInstance instance) {
    this.instance = instance;
    instance.stats().copyTo(seen);
    status = instance.status();
    restarts = instance.crashes().restarts();
    p99 = instance.stats().p99();
    memory = estimate();
  }

  SupervisedInstance instance() {
    return instance;
  }

  String id() {
    return instance.spec().id();
  }

  /**
   * @param seconds since the last call with any; 0 leaves the rates as they are
   * @return whether the row has changed
   */
  boolean update(double seconds) {
    boolean changed = status != instance.status() || restarts != instance.crashes().restarts();
    status = instance.status();
    restarts = instance.crashes().restarts();
    if (seconds == 0) {
      return changed;
    }
    long inBefore = seen.messagesIn();
    long outBefore = seen.messagesOut();
    boolean busy = instance.stats().copyTo(seen);
    long inRate = rate(seen.messagesIn() - inBefore, seconds);
    long outRate = rate(seen.messagesOut() - outBefore, seconds);
    changed |= busy || inRate != in || outRate != out;
    in = inRate;
    out = outRate;
    if (busy) {
      p99 = instance.stats().p99();
      memory = estimate();
    }
    return changed;
  }

  /** Never 0 if there was any. */
  private static long rate(long messages, double seconds) {
    return messages == 0 ? 0 : Math.max(1, Math.round(messages / seconds));
  }

  private long estimate() {
    return INSTANCE_BYTES
        + seen.connections() * CONNECTION_BYTES
        + Math.max(0, seen.channels() - seen.connections()) * CHANNEL_BYTES
        + instance.stats().entriesBytes();
  }

  void write(JsonWriter json) {
    InstanceSpec spec = instance.spec();
    json.raw('[').quote(spec.id()).raw(',').quote(spec.name()).raw(',').quote(spec.type());
    json.raw(',').quote(status.json()).raw(',').number(spec.createdAt().toEpochMilli());
    json.raw(',').number(seen.connections()).raw(',').number(seen.channels());
    json.raw(',').number(in).raw(',').number(out).raw(',').number(seen.mailboxDepth());
    json.raw(',').number(p99).raw(',').number(restarts).raw(',').number(memory).raw(']');
  }
}
