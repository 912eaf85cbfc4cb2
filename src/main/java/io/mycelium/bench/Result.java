package io.mycelium.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What a run has found. */
public final class Result {
  private static final double KB = 1024;

  private final Scenario scenario;
  private final Bench.Options options;
  private final Faults faults;
  private final List<Step> steps = new ArrayList<>();
  private double connectSeconds;
  private Histogram joins = Step.histogram();
  private Histogram rejoins;
  private Usage.Sample empty;
  private Usage.Sample full;

  Result(Scenario scenario, Bench.Options options, Faults faults) {
    this.scenario = scenario;
    this.options = options;
    this.faults = faults;
  }

  void connected(double seconds, Histogram each, Usage.Sample before, Usage.Sample after) {
    connectSeconds = seconds;
    joins = each;
    empty = before;
    full = after;
  }

  void reconnected(Histogram each) {
    rejoins = each;
  }

  void add(Step step) {
    steps.add(step);
  }

  Scenario scenario() {
    return scenario;
  }

  List<Step> steps() {
    return steps;
  }

  /** Whether nothing was lost, doubled, out of order, refused or closed. */
  public boolean isSound() {
    return faults.areNone();
  }

  /** {@code {scenario, …, machine, connect, steps, faults, sound}}; times in microseconds. */
  public JsonObject json() {
    JsonArray all = new JsonArray();
    steps.forEach(step -> all.add(step.json()));
    JsonObject connect =
        new JsonObject()
            .put("sockets", scenario.allSockets())
            .put("seconds", connectSeconds)
            .put("join_us", Step.json(joins));
    if (empty != null && full != null) {
      connect.put("server_kb_per_socket", kbPerSocket());
    }
    JsonObject json = new JsonObject().put("protocol", options.protocol().word());
    json.mergeIn(options.protocol().onlyBroadcasts() ? scenario.loadJson() : scenario.json());
    json.put("warm_up", options.warmUp()).put("machine", machine());
    json.put("connect", connect);
    if (rejoins != null) {
      json.put("reconnect_us", Step.json(rejoins));
    }
    return json.put("steps", all).put("faults", faults.json()).put("sound", isSound());
  }

  private double kbPerSocket() {
    return (full.rssMb() - empty.rssMb()) * KB / scenario.allSockets();
  }

  private JsonObject machine() {
    return new JsonObject()
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("cores", Runtime.getRuntime().availableProcessors())
        .put("java", System.getProperty("java.vm.version"))
        .put("url", options.url());
  }

  /** The table, for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        options.protocol().onlyBroadcasts()
            ? scenario.load() + ", protocol " + options.protocol().word()
            : scenario.line());
    lines.add(
        text(
            "%d sockets joined in %.2f s, each within p50 %s p99 %s ms%s",
            scenario.allSockets(),
            connectSeconds,
            ms(joins, 50),
            ms(joins, 99),
            empty == null || full == null
                ? ""
                : text(", %.1f KB of the server's memory each", kbPerSocket())));
    if (rejoins != null) {
      lines.add(
          text(
              "%d came back: p50 %s p99 %s max %s ms from the first byte to the room",
              rejoins.getTotalCount(), ms(rejoins, 50), ms(rejoins, 99), ms(rejoins, 100)));
    }
    if (!scenario.rates().isEmpty()) {
      lines.add(
          "  pushes/s  deliveries/s   p50 ms   p90 ms   p99 ms  p99.9 ms   max ms  reply p99  CPU us/delivery");
      steps.forEach(step -> lines.add(line(step)));
    }
    if (isSound()) {
      lines.add(
          options.protocol().onlyBroadcasts()
              ? "checked: no gap, no double, each sender's order, each payload as it was sent"
              : "checked: no gap, no double, one order, each payload as it was sent");
    } else {
      lines.add("WRONG:");
      faults.lines().forEach(line -> lines.add("  " + line));
    }
    return lines;
  }

  private static String line(Step step) {
    Histogram all = step.deliveries;
    return text(
            "%10.0f %13.0f %8s %8s %8s %9s %8s %10s %16s",
            (double) step.sent / step.seconds,
            (double) all.getTotalCount() / step.seconds,
            ms(all, 50),
            ms(all, 90),
            ms(all, 99),
            ms(all, 99.9),
            ms(all, 100),
            ms(step.replies, 99),
            Double.isNaN(step.cpuPerDelivery()) ? "-" : text("%.3f", step.cpuPerDelivery()))
        + (step.late * 100 > step.sent
            ? text("  (%d pushes left more than 20 ms late: the load is at its limit)", step.late)
            : "");
  }

  private static String ms(Histogram histogram, double percentile) {
    return text("%.2f", Step.ms(histogram, percentile));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
