package io.mycelium.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One rate for a while, and what came of it. Latencies are in microseconds, from the time at which
 * a push was to be sent, whether it was sent then or not. Filled on one event loop.
 */
final class Step {
  private static final long HIGHEST_US = TimeUnit.MINUTES.toMicros(2);
  private static final double[] QUANTILES = {50, 90, 99, 99.9};
  private static final String[] NAMES = {"p50", "p90", "p99", "p999"};

  /** Of its line: a picture has no use for more, and memory no place. */
  private static final int MOST_POINTS = 600;

  /** {@link #interval} seconds of it. */
  static final class Part {
    final Histogram deliveries = new Histogram(HIGHEST_US, 2);
    long pushes;
    Usage.Sample usage;
  }

  final double rate;
  final long begin;
  final int seconds;
  final Histogram deliveries = histogram();
  final Histogram replies = histogram();
  final int interval;
  final List<Part> line = new ArrayList<>();
  long sent;
  long late;
  Usage.Sample before;
  Usage.Sample after;

  /**
   * @param begin of {@link System#nanoTime}
   */
  Step(double rate, long begin, int seconds) {
    this.rate = rate;
    this.begin = begin;
    this.seconds = seconds;
    this.interval = interval(seconds);
    for (int i = 0; i < seconds; i += interval) {
      line.add(new Part());
    }
  }

  /** The seconds for which a point of its line stands. */
  static int interval(int seconds) {
    return (seconds + MOST_POINTS - 1) / MOST_POINTS;
  }

  static Histogram histogram() {
    return new Histogram(HIGHEST_US, 3);
  }

  private Part at(long due) {
    long second = TimeUnit.NANOSECONDS.toSeconds(due - begin);
    return due < begin || second >= seconds ? null : line.get((int) second / interval);
  }

  /** A push that was to be sent then. */
  void pushed(long due, long now) {
    Part part = at(due);
    if (part != null) {
      part.pushes++;
      sent++;
      if (now - due > TimeUnit.MILLISECONDS.toNanos(20)) {
        late++;
      }
    }
  }

  void delivered(long due, long now) {
    Part part = at(due);
    if (part != null) {
      long us = micros(now - due);
      part.deliveries.recordValue(us);
      deliveries.recordValue(us);
    }
  }

  void acknowledged(long due, long now) {
    if (at(due) != null) {
      replies.recordValue(micros(now - due));
    }
  }

  static long micros(long nanos) {
    return Math.max(0, Math.min(HIGHEST_US, TimeUnit.NANOSECONDS.toMicros(nanos)));
  }

  /** A percentile of such a histogram in milliseconds. */
  static double ms(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1000.0;
  }

  /** Adds another event loop's part of the same step. */
  void add(Step other) {
    deliveries.add(other.deliveries);
    replies.add(other.replies);
    sent += other.sent;
    late += other.late;
    for (int i = 0; i < line.size(); i++) {
      line.get(i).deliveries.add(other.line.get(i).deliveries);
      line.get(i).pushes += other.line.get(i).pushes;
    }
  }

  /** The server's CPU time for each delivery in microseconds; NaN if nobody knows. */
  double cpuPerDelivery() {
    long count = deliveries.getTotalCount();
    return before == null || after == null || count == 0
        ? Double.NaN
        : (after.cpuSeconds() - before.cpuSeconds()) * 1e6 / count;
  }

  static JsonObject json(Histogram histogram) {
    JsonObject json = new JsonObject().put("count", histogram.getTotalCount());
    for (int i = 0; i < QUANTILES.length; i++) {
      json.put(NAMES[i], histogram.getValueAtPercentile(QUANTILES[i]));
    }
    return json.put("max", histogram.getMaxValue());
  }

  JsonObject json() {
    JsonArray parts = new JsonArray();
    for (Part each : line) {
      JsonObject part =
          new JsonObject().put("pushes", each.pushes).put("delivery_us", json(each.deliveries));
      if (each.usage != null) {
        part.put("server_cpu_s", each.usage.cpuSeconds()).put("server_rss_mb", each.usage.rssMb());
      }
      parts.add(part);
    }
    JsonObject json =
        new JsonObject()
            .put("rate", rate)
            .put("seconds", seconds)
            .put("sent", sent)
            .put("sent_late", late)
            .put("delivery_us", json(deliveries))
            .put("reply_us", json(replies));
    if (!Double.isNaN(cpuPerDelivery())) {
      json.put("server_cpu_us_per_delivery", cpuPerDelivery())
          .put("server_cpu", (after.cpuSeconds() - before.cpuSeconds()) / seconds)
          .put("server_rss_mb", after.rssMb());
    }
    return json.put("line_interval_s", interval).put("line", parts);
  }
}
