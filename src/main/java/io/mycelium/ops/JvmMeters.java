package io.mycelium.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.netty.util.internal.PlatformDependent;
import java.util.Objects;

/**
 * The process: memory, garbage collection, threads, processor, descriptors, uptime, and the build's
 * version.
 */
final class JvmMeters implements AutoCloseable {
  private final JvmGcMetrics gc = new JvmGcMetrics();

  JvmMeters(MeterRegistry registry) {
    gc.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    // Netty takes its buffers past the JVM's own accounting, so the JVM's buffer pools do not show
    // them.
    Gauge.builder("mycelium.netty.direct.memory", PlatformDependent::usedDirectMemory)
        .baseUnit("bytes")
        .description("Direct memory that Netty's buffers hold")
        .register(registry);
    // process_files_open_files has no figure when none is left, since it takes one to count them.
    Gauge.builder("mycelium.open.descriptors", Descriptors::open)
        .baseUnit("descriptors")
        .description("File descriptors in use: sockets and files")
        .register(registry);
    Gauge.builder("mycelium.max.descriptors", Descriptors::max)
        .baseUnit("descriptors")
        .description("File descriptors that the process may have, 0 if there is no limit")
        .register(registry);
    Gauge.builder("mycelium.build.info", () -> 1)
        .description("Always 1; the labels say what runs")
        .tag("version", version())
        .tag("java", Runtime.version().toString())
        .register(registry);
  }

  @Override
  public void close() {
    gc.close();
  }

  private static String version() {
    return Objects.requireNonNullElse(
        JvmMeters.class.getPackage().getImplementationVersion(), "development");
  }
}
