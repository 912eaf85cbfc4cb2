package io.mycelium.ops;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/**
 * Meters of permessage-deflate: what went into compressors and decompressors, and what came out.
 */
public final class CompressionFigures {
  private final LongAdder messages = new LongAdder();
  private final LongAdder before = new LongAdder();
  private final LongAdder after = new LongAdder();
  private final LongAdder plain = new LongAdder();
  private final LongAdder inflatedFrom = new LongAdder();
  private final LongAdder inflatedTo = new LongAdder();

  CompressionFigures(MeterRegistry registry) {
    String once = "compressed once for all sockets of a room";
    counter(registry, "deflated.messages", "messages", "Messages " + once, messages);
    counter(registry, "deflate.in", "bytes", "Bytes of messages " + once, before);
    counter(registry, "deflate.out", "bytes", "Bytes that they were compressed to", after);
    counter(
        registry,
        "deflate.skipped.messages",
        "messages",
        "Messages left plain since compression had its share of an event loop's time",
        plain);
    counter(registry, "inflate.in", "bytes", "Bytes of compressed messages", inflatedFrom);
    counter(registry, "inflate.out", "bytes", "Bytes that they became", inflatedTo);
  }

  private static void counter(
      MeterRegistry registry, String name, String unit, String help, LongAdder adder) {
    FunctionCounter.builder("mycelium." + name, adder, LongAdder::sum)
        .baseUnit(unit)
        .description(help)
        .register(registry);
  }

  /** A message of so many bytes became one of {@code compressed}. */
  public void deflated(int bytes, int compressed) {
    messages.increment();
    before.add(bytes);
    after.add(compressed);
  }

  public void leftPlain() {
    plain.increment();
  }

  /** A compressed message became one of so many bytes. */
  public void inflated(int compressed, int bytes) {
    inflatedFrom.add(compressed);
    inflatedTo.add(bytes);
  }
}
