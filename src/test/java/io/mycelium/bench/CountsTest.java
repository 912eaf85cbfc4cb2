package io.mycelium.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import io.mycelium.ops.Descriptors;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.Signals;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What a push costs, as counts, which a busy machine does not change: each has its bound, a third
 * or so above what was counted when it was written. The server is in this JVM, {@code mycelium
 * bench} in another.
 */
@Quiet
class CountsTest {
  private static final int RATE = 1000;
  private static final int SLOW_RATE = 200;
  private static final int SHORT = 2;
  private static final int LONG = 6;
  private static final int IDLE_SOCKETS = 10_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A line of the summary of {@code strace -c}: how many calls of which name. */
  private static final Pattern CALLS =
      Pattern.compile("^ *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+)(?: +\\d+)? +(\\w+)$");

  private static final String SENT_BYTES = "mycelium_sent_bytes_total";

  /** Of which 110 are the payload; a fifth of a reply, and a little of a join, are in it too. */
  private static final double MOST_BYTES = 300;

  /** To sockets; a plain write wakes an event loop up. */
  private static final List<String> WRITES = List.of("writev", "sendto", "sendmsg");

  private static Process bench(TestNode node, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--url", "http://127.0.0.1:" + node.port(), "--json", "-"));
    return ServerProcess.command(
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"),
            System.getProperty("java.class.path"),
            all)
        .redirectErrorStream(false)
        .start();
  }

  private static JsonObject end(Process bench) throws Exception {
    String out = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bench.waitFor()).as(out).isZero();
    return new JsonObject(out);
  }

  private static Process pushes(TestNode node, int seconds) throws IOException {
    return bench(
        node,
        "small",
        "--rooms",
        "20",
        "--rate",
        "" + RATE,
        "--warm-up",
        "0",
        "--seconds",
        "" + seconds);
  }

  private static long allocated() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  /** Two runs that differ by their pushes only. */
  @Test
  void aPushAllocatesAKilobyteOrTwo() throws Exception {
    long first;
    long second;
    long third;
    try (TestNode node = TestNode.start()) {
      end(pushes(node, SHORT));
      first = allocated();
      end(pushes(node, SHORT));
      second = allocated();
      end(pushes(node, LONG));
      third = allocated();
    }
    long each = (third - second - (second - first)) / (RATE * (LONG - SHORT));
    Figures.log("a push to five allocates %d bytes (C1)", each);
    assertThat(each).isBetween(200L, 4_500L);
  }

  /** Whoever is idle wakes nobody up. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void idleSocketsWakeNobodyUp() throws Exception {
    assumeThat(Descriptors.max()).as("descriptors").isGreaterThan(IDLE_SOCKETS + 1000L);
    double none;
    double idle;
    try (TestNode node = TestNode.start()) {
      none = wakeups();
      Process bench = bench(node, "rooms", "--rooms", "200", "--pushers", "0", "--seconds", "8");
      BufferedReader progress = bench.errorReader(StandardCharsets.UTF_8);
      String line = progress.readLine();
      while (line != null && !line.startsWith("at rest")) {
        line = progress.readLine();
      }
      assertThat(line).as("progress").isNotNull();
      idle = wakeups();
      end(bench);
    }
    Figures.log(
        "wake-ups of event loops a second: %.0f without a socket, %.0f with %d idle ones",
        none, idle, IDLE_SOCKETS);
    assertThat(idle).isLessThan(none + 150);
  }

  /** Of the event loops and instances' threads, a second. */
  private static double wakeups() throws Exception {
    long before = switches();
    long began = System.nanoTime();
    // Measured time, not a wait for something.
    TimeUnit.SECONDS.sleep(3);
    return (switches() - before) * 1e9 / (System.nanoTime() - began);
  }

  private static long switches() throws IOException {
    long sum = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        sum += switches(task);
      }
    }
    return sum;
  }

  private static long switches(Path task) throws IOException {
    try {
      List<String> status = Files.readAllLines(task.resolve("status"));
      return status.stream()
          .filter(line -> line.startsWith("voluntary_ctxt_switches"))
          .filter(line -> status.get(0).contains("vert.x"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      // A thread that ended meanwhile; the kernel says so when the file is opened, or read.
      if (Files.exists(task)) {
        throw e;
      }
      return 0;
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDeliveryIsOneWriteAtMostAndLittleMoreThanItsPayload() throws Exception {
    Map<String, Long> calls = new TreeMap<>();
    JsonObject step;
    double bytes;
    try (ServerProcess server = ServerProcess.start(Map.of("MYCELIUM_JOURNAL_URL", "memory:"))) {
      String url = "http://127.0.0.1:" + server.port();
      push(url, RATE, SHORT);
      Process strace = strace(server.pid());
      assumeThat(strace).as("strace may look at a process").isNotNull();
      bytes = server.meter(SENT_BYTES);
      step = push(url, SLOW_RATE, LONG);
      bytes = server.meter(SENT_BYTES) - bytes;
      Signals.send(strace, "INT");
      try (BufferedReader summary = strace.errorReader(StandardCharsets.UTF_8)) {
        summary
            .lines()
            .map(CALLS::matcher)
            .filter(Matcher::matches)
            .filter(line -> !line.group(2).equals("total"))
            .forEach(line -> calls.put(line.group(2), Long.parseLong(line.group(1))));
      }
    }
    double pushed = step.getInteger("sent");
    double delivered = step.getJsonObject("delivery_us").getInteger("count");
    double writes = WRITES.stream().mapToLong(call -> calls.getOrDefault(call, 0L)).sum();
    double all = calls.values().stream().mapToLong(Long::longValue).sum();
    Figures.log(
        "%.2f writes to sockets and %.0f bytes for each delivery, %.1f system calls a push to five:"
            + " %s",
        writes / delivered, bytes / delivered, all / pushed, calls);
    assertThat(delivered).isEqualTo(pushed * 5);
    assertThat(writes / delivered).isBetween(0.5, 1.4);
    assertThat(all / pushed).isBetween(5.0, 30.0);
    assertThat(bytes / delivered).isBetween(100.0, MOST_BYTES);
  }

  private static JsonObject push(String url, double rate, int seconds) {
    Scenario scenario =
        Scenario.all()
            .get("small")
            .with(
                new Scenario.Changes(
                    null, 20, null, null, List.of(rate), null, null, null, null, null));
    Progress progress = new Progress(new PrintWriter(Writer.nullWriter()), false);
    Bench.Options options = new Bench.Options(url, null, null, null, 0, seconds, 1);
    try (Bench bench = new Bench(scenario, options, progress)) {
      return bench.run().json().getJsonArray("steps").getJsonObject(0);
    }
  }

  /** Counts system calls of a process; null where it may not. */
  private static Process strace(long pid) throws Exception {
    Process strace;
    try {
      strace = new ProcessBuilder("strace", "-f", "-c", "-p", "" + pid).start();
    } catch (IOException notInstalled) {
      return null;
    }
    // It is attached once the kernel says so, or it has ended.
    while (strace.isAlive()) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("TracerPid:") && !line.endsWith("\t0")) {
          return strace;
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return null;
  }
}
