package io.mycelium.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Meters of the bus between nodes; a node that is alone has none of them. Any thread. */
public final class ClusterFigures {
  private final MeterRegistry registry;
  private final Counter renewed;
  private final Counter failed;
  private final Counter refused;
  private final Counter unsent;
  private final Counter notMoved;
  private final Timer moves;

  ClusterFigures(MeterRegistry registry) {
    this.registry = registry;
    renewed =
        counter(
            "mycelium.cluster.renewed.registrations",
            "registrations",
            "Addresses of this node that another node did not hear, put down again");
    failed =
        counter(
            "mycelium.cluster.failed.checks",
            "checks",
            "Other nodes that did not say whether they hear this one");
    refused =
        counter(
            "mycelium.cluster.refused.sends",
            "messages",
            "Messages to another node refused, since too many bytes were on their way");
    unsent =
        counter(
            "mycelium.cluster.unsent",
            "messages",
            "Messages lost with a connection to another node before they were written to it");
    notMoved =
        counter(
            "mycelium.cluster.failed.moves",
            "instances",
            "Instances of this node that were to go to another and did not");
    moves =
        Timer.builder("mycelium.cluster.moves")
            .description("Pauses of instances of this node that went to another")
            .publishPercentileHistogram(false)
            .register(registry);
  }

  /** An instance of this node went to another, and took nothing for so long. */
  public void moved(long nanos) {
    moves.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A move of an instance of this node failed. */
  public void notMoved() {
    notMoved.increment();
  }

  public void registrationsRenewed(int count) {
    renewed.increment(count);
  }

  public void checkFailed() {
    failed.increment();
  }

  public void sendRefused() {
    refused.increment();
  }

  public void unsent() {
    unsent.increment();
  }

  /**
   * What is read by the scraping thread.
   *
   * @param nodes this one included
   * @param unackedBytes to all other nodes
   */
  public void gauges(LongSupplier nodes, LongSupplier unackedBytes, LongSupplier registrations) {
    gauge("mycelium.cluster.nodes", "nodes", "Nodes that this one sees, itself included", nodes);
    gauge(
        "mycelium.cluster.unacked.bytes",
        "bytes",
        "Bytes on their way to other nodes",
        unackedBytes);
    gauge(
        "mycelium.cluster.registrations",
        "registrations",
        "Addresses of this node that the engine keeps, however many instances there are",
        registrations);
  }

  private void gauge(String name, String unit, String help, LongSupplier value) {
    Gauge.builder(name, value::getAsLong)
        .baseUnit(unit)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  private Counter counter(String name, String unit, String help) {
    return Counter.builder(name).baseUnit(unit).description(help).register(registry);
  }
}
