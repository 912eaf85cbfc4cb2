package io.mycelium.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counters of one name, one for each reason of a closed set; any other reason counts as {@code
 * other}.
 */
final class ReasonCounters {
  private final Map<String, Counter> byReason;
  private final Counter other;

  ReasonCounters(
      MeterRegistry registry, String name, String unit, String help, Set<String> reasons) {
    Meter.MeterProvider<Counter> counter =
        Counter.builder(name).baseUnit(unit).description(help).withRegistry(registry);
    Map<String, Counter> counters = new HashMap<>();
    for (String reason : reasons) {
      counters.put(reason, counter.withTag("reason", reason));
    }
    byReason = Map.copyOf(counters);
    other = counter.withTag("reason", "other");
  }

  /** In alphabetical order, without counters that are 0. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    byReason.forEach((reason, counter) -> counts.put(reason, (long) counter.count()));
    counts.put("other", (long) other.count());
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  void increment(String reason) {
    byReason.getOrDefault(String.valueOf(reason), other).increment();
  }
}
