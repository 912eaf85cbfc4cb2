package io.mycelium.bench;

import io.mycelium.bench.Chart.Point;
import io.mycelium.bench.Chart.Tick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pictures of a run. */
public final class Charts {
  private static final double[] PERCENTILES = {
    0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 99.999
  };
  private static final String LATENCY = "latency of a delivery, ms";

  private Charts() {}

  /**
   * Writes {@code NAME-percentiles.svg} and {@code NAME-line.svg}, and {@code NAME-rates.svg} where
   * there are several rates.
   *
   * @return the files
   */
  public static List<Path> write(Result result, Path folder) throws IOException {
    Files.createDirectories(folder);
    String name = result.scenario().name();
    List<Path> files = new ArrayList<>();
    files.add(write(folder.resolve(name + "-percentiles.svg"), percentiles(result)));
    files.add(write(folder.resolve(name + "-line.svg"), line(result)));
    if (result.steps().size() > 1) {
      files.add(write(folder.resolve(name + "-rates.svg"), rates(result)));
    }
    return files;
  }

  private static Path write(Path file, Chart chart) throws IOException {
    return Files.writeString(file, chart.svg());
  }

  /** Evenly by nines: 90 %, 99 %, 99.9 %. */
  private static double nines(double percentile) {
    return -Math.log10(1 - percentile / 100);
  }

  private static Chart percentiles(Result result) {
    Chart chart =
        new Chart(
                result.scenario().name() + ": how long deliveries take",
                "share of deliveries, %",
                LATENCY)
            .logarithmic()
            .xAxis(
                0,
                nines(99.999),
                List.of(
                    new Tick(0, "0"),
                    new Tick(nines(90), "90"),
                    new Tick(nines(99), "99"),
                    new Tick(nines(99.9), "99.9"),
                    new Tick(nines(99.99), "99.99"),
                    new Tick(nines(99.999), "99.999")));
    for (Step step : result.steps()) {
      List<Point> points = new ArrayList<>();
      for (double percentile : PERCENTILES) {
        // What less than one delivery stands for is not known.
        if (step.deliveries.getTotalCount() * (1 - percentile / 100) >= 1) {
          points.add(new Point(nines(percentile), Step.ms(step.deliveries, percentile)));
        }
      }
      chart.line("%.0f pushes/s".formatted(step.rate), points);
    }
    return chart;
  }

  private static Chart line(Result result) {
    List<Point> half = new ArrayList<>();
    List<Point> most = new ArrayList<>();
    List<Point> all = new ArrayList<>();
    int second = 0;
    for (Step step : result.steps()) {
      for (Step.Part each : step.line) {
        second += step.interval;
        if (each.deliveries.getTotalCount() > 0) {
          half.add(new Point(second, Step.ms(each.deliveries, 50)));
          most.add(new Point(second, Step.ms(each.deliveries, 99)));
          all.add(new Point(second, Step.ms(each.deliveries, 100)));
        }
      }
    }
    List<Tick> seconds = Chart.linear(Math.max(1, second));
    return new Chart(result.scenario().name() + ": second by second", "seconds", LATENCY)
        .logarithmic()
        .xAxis(0, seconds.get(seconds.size() - 1).at(), seconds)
        .line("p50", half)
        .line("p99", most)
        .line("max", all);
  }

  private static Chart rates(Result result) {
    List<Point> half = new ArrayList<>();
    List<Point> most = new ArrayList<>();
    double highest = 0;
    for (Step step : result.steps()) {
      highest = Math.max(highest, step.rate);
      half.add(new Point(step.rate, Step.ms(step.deliveries, 50)));
      most.add(new Point(step.rate, Step.ms(step.deliveries, 99)));
    }
    List<Tick> rates = Chart.linear(highest);
    return new Chart(
            result.scenario().name() + ": latency against the offered rate",
            "pushes a second",
            LATENCY)
        .logarithmic()
        .xAxis(0, rates.get(rates.size() - 1).at(), rates)
        .line("p50", half)
        .line("p99", most);
  }
}
