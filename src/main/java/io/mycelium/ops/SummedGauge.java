package io.mycelium.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A gauge that sums the values of several verticles, which share no counter. */
final class SummedGauge {
  private final List<Supplier<Number>> parts = new CopyOnWriteArrayList<>();

  SummedGauge(MeterRegistry registry, String name, String unit, String help) {
    Gauge.builder(name, this, SummedGauge::sum).baseUnit(unit).description(help).register(registry);
  }

  Runnable add(Supplier<Number> part) {
    parts.add(part);
    return () -> parts.remove(part);
  }

  private double sum() {
    double sum = 0;
    for (Supplier<Number> part : parts) {
      sum += part.get().doubleValue();
    }
    return sum;
  }
}
