package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the server takes of its machine: of a process here, or as its own {@code /metrics} tell it.
 * Any thread.
 */
final class Usage {
  /**
   * @param cpuSeconds of which differences count
   * @param rssMb resident memory; of {@code /metrics} what the JVM uses, without threads and
   *     sockets
   */
  record Sample(double cpuSeconds, double rssMb) {}

  private static final String CPU = "process_cpu_time_ns_total ";
  private static final String MEMORY = "jvm_memory_used_bytes{";
  private static final double TICKS = 100;
  private static final double MB = 1 << 20;

  private final Long pid;
  private final HttpClient client;
  private final String metrics;

  /** Nanoseconds of CPU time that each thread of the process had when it was looked at last. */
  private final Map<Path, Long> threads = new HashMap<>();

  /**
   * @param pid of the server, if it is on this machine; else null
   * @param metrics URL of the server's meters; null for none
   */
  Usage(Vertx vertx, Long pid, String metrics) {
    this.pid = pid;
    this.metrics = metrics;
    this.client = vertx.createHttpClient();
  }

  /** Now; null where nobody can tell. */
  Future<Sample> sample() {
    if (pid != null) {
      return Future.succeededFuture(ofProcess(pid));
    }
    if (metrics == null) {
      return Future.succeededFuture();
    }
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(metrics)
                .setConnectTimeout(1000))
        .compose(request -> request.send().compose(Usage::body))
        .map(body -> ofMetrics(body.toString().lines().toList()))
        .otherwiseEmpty();
  }

  /** Asked for at once, on the event loop of the request: later it may be gone. */
  private static Future<Buffer> body(HttpClientResponse response) {
    return response.statusCode() == 200
        ? response.body()
        : Future.failedFuture("status " + response.statusCode());
  }

  private Sample ofProcess(long pid) {
    Path process = Path.of("/proc/" + pid);
    try {
      double rss =
          Files.readAllLines(process.resolve("status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
              .findFirst()
              .orElse(0);
      return new Sample(cpu(process), rss);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The process's own count is in ticks of 10 ms, too coarse for a server that needs a hundredth of
   * a core; the threads' counts are in nanoseconds. What ended threads took last is kept.
   */
  private synchronized double cpu(Path process) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : all) {
        try {
          String counts = Files.readString(thread.resolve("schedstat"));
          threads.put(thread, Long.parseLong(counts.substring(0, counts.indexOf(' '))));
        } catch (IOException ended) {
          // Between the listing and the reading, or a kernel without such counts.
        }
      }
    }
    return threads.isEmpty()
        ? ticks(process)
        : threads.values().stream().mapToLong(Long::longValue).sum() / 1e9;
  }

  /** Where the kernel counts no nanoseconds. */
  private static double ticks(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    // After the name, which may have blanks: state is the first, user and system time 12th and
    // 13th.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  static Sample ofMetrics(List<String> lines) {
    double cpu = -1;
    double memory = 0;
    for (String line : lines) {
      if (line.startsWith(CPU)) {
        cpu = Double.parseDouble(line.substring(CPU.length())) / 1e9;
      } else if (line.startsWith(MEMORY)) {
        memory += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return cpu < 0 ? null : new Sample(cpu, memory / MB);
  }
}
