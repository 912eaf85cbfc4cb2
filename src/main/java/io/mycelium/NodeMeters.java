package io.mycelium;

import io.mycelium.connection.ConnectionMeters;
import io.mycelium.deployer.DeployerVerticle;
import io.mycelium.instance.InstanceMeters;
import io.mycelium.journal.JournalMeters;
import io.mycelium.ops.Meters;
import io.mycelium.protocol.SlowConsumer;
import io.mycelium.room.StateBudget;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Forwards the measurements of both halves to the node's meters. */
final class NodeMeters implements ConnectionMeters, InstanceMeters, JournalMeters {
  private final Meters meters;
  private final Map<String, LongAdder> instancesByStatus = new HashMap<>();
  private final LongAdder throttled = new LongAdder();

  NodeMeters(Meters meters) {
    this.meters = meters;
    for (String status : DeployerVerticle.statuses()) {
      LongAdder count = new LongAdder();
      instancesByStatus.put(status, count);
      meters.instances(status, count::sum);
    }
    meters.throttled(throttled::sum);
  }

  @Override
  public void statusChanged(String from, String to) {
    if (from != null) {
      instancesByStatus.get(from).decrement();
    }
    if (to != null) {
      instancesByStatus.get(to).increment();
    }
  }

  @Override
  public void connectionOpened() {
    meters.connectionOpened();
  }

  @Override
  public void connectionClosed(String reason) {
    meters.connectionClosed(reason);
  }

  @Override
  public void messagesIn(int messages, long bytes) {
    meters.messagesIn(messages, bytes);
  }

  @Override
  public void deliveriesOut(int deliveries, long bytes) {
    meters.deliveriesOut(deliveries, bytes);
  }

  @Override
  public void errorReply(String reason) {
    meters.errorReply(reason);
  }

  @Override
  public void upgradeRefused(String reason) {
    meters.upgradeRefused(reason);
  }

  @Override
  public void requestAborted(String waitedFor) {
    meters.requestAborted(waitedFor);
  }

  @Override
  public void gapFetched() {
    meters.gapFetched();
  }

  @Override
  public void duplicateDropped() {
    meters.duplicateDropped();
  }

  @Override
  public void withheld(SlowConsumer policy, long messages) {
    if (policy == SlowConsumer.CONFLATE) {
      meters.messagesConflated(messages);
    } else {
      meters.messagesDropped(messages);
    }
  }

  @Override
  public void deflated(int bytes, int compressed) {
    meters.compression().deflated(bytes, compressed);
  }

  @Override
  public void leftPlain() {
    meters.compression().leftPlain();
  }

  @Override
  public void inflated(int compressed, int bytes) {
    meters.compression().inflated(compressed, bytes);
  }

  @Override
  public void handlerTime(long nanos) {
    meters.handlerTime(nanos);
  }

  @Override
  public void committed(int entries, long nanos) {
    meters.journal().committed(entries, nanos);
  }

  @Override
  public void retried() {
    meters.journal().retried();
  }

  @Override
  public void queue(LongSupplier entries, LongSupplier bytes) {
    meters.journal().queue(entries, bytes);
  }

  @Override
  public void states(StateBudget budget) {
    meters.states(budget::used, budget.max(), budget::kept);
  }

  @Override
  public void entriesAppended(int entries) {
    meters.entriesAppended(entries);
  }

  @Override
  public void throttled(int more) {
    throttled.add(more);
  }

  @Override
  public void instanceStarted() {
    meters.instanceStarted();
  }

  @Override
  public void instanceStopped() {
    meters.instanceStopped();
  }

  @Override
  public void instanceRestarted() {
    meters.instanceRestarted();
  }

  @Override
  public void instanceFailed() {
    meters.instanceFailed();
  }
}
