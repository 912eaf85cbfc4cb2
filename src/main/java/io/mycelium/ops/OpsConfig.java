package io.mycelium.ops;

import java.time.Duration;
import java.util.List;

/**
 * The management port, the log and the drain.
 *
 * @param managementHost address that {@code /health/*} and {@code /metrics} listen on
 * @param managementPort its TCP port; 0 takes a free one
 * @param logFormat {@code text} or {@code json}, one line per event either way
 * @param logLevel {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}
 * @param drainTimeout longest time from SIGTERM to exit
 * @param drainBatch sockets closed at once while draining, so that clients do not all reconnect
 *     together
 * @param drainInterval pause between two such batches
 * @param reconnectSpread each client is told to wait a random time up to this before it reconnects
 */
public record OpsConfig(
    String managementHost,
    int managementPort,
    String logFormat,
    String logLevel,
    Duration drainTimeout,
    int drainBatch,
    Duration drainInterval,
    Duration reconnectSpread) {

  public static final OpsConfig DEFAULT =
      new OpsConfig(
          "0.0.0.0",
          4001,
          "text",
          "info",
          Duration.ofSeconds(20),
          200,
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  public OpsConfig {
    check("management_host", managementHost, managementHost != null, "an address to listen on");
    check(
        "management_port",
        managementPort,
        managementPort >= 0 && managementPort <= 65_535,
        "a number from 0 to 65535");
    oneOf("log_format", logFormat, List.of("text", "json"));
    oneOf("log_level", logLevel, List.of("error", "warn", "info", "debug", "trace"));
    range("drain_timeout", drainTimeout, Duration.ofMillis(100), Duration.ofHours(1));
    check(
        "drain_batch",
        drainBatch,
        drainBatch >= 1 && drainBatch <= 1_000_000,
        "a number from 1 to 1000000");
    range("drain_interval", drainInterval, Duration.ofMillis(1), Duration.ofMinutes(1));
    range("reconnect_spread", reconnectSpread, Duration.ZERO, Duration.ofMinutes(10));
  }

  private static void oneOf(String key, String value, List<String> allowed) {
    boolean valid = value != null && allowed.contains(value);
    check(key, value, valid, "one of " + String.join(", ", allowed));
  }

  private static void range(String key, Duration value, Duration min, Duration max) {
    boolean valid = value != null && value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    check(key, value, valid, "a duration from " + min + " to " + max);
  }

  private static void check(String key, Object value, boolean valid, String expected) {
    if (!valid) {
      throw new IllegalArgumentException("ops." + key + " is " + value + ", expected " + expected);
    }
  }
}
