package io.mycelium.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A drawing of lines over two axes as SVG, each axis from zero or in powers of ten; readable on a
 * phone, in light and dark.
 */
final class Chart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final int LEFT = 64;
  private static final int RIGHT = 36;
  private static final int TOP = 44;
  private static final int BOTTOM = 84;
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00");

  /** A mark of an axis. */
  record Tick(double at, String label) {}

  /** A point of a line. */
  record Point(double x, double y) {}

  private record Line(String name, List<Point> points) {}

  private final String title;
  private final String across;
  private final String up;
  private final List<Line> lines = new ArrayList<>();
  private List<Tick> xTicks = List.of();
  private boolean logY;
  private double xMin;
  private double xMax = 1;

  /**
   * @param across what the axis to the right means, with its unit
   * @param up what the axis upwards means, with its unit
   */
  Chart(String title, String across, String up) {
    this.title = title;
    this.across = across;
    this.up = up;
  }

  /** Upwards in powers of ten. */
  Chart logarithmic() {
    logY = true;
    return this;
  }

  Chart xAxis(double from, double to, List<Tick> ticks) {
    xMin = from;
    xMax = to;
    xTicks = ticks;
    return this;
  }

  Chart line(String name, List<Point> points) {
    lines.add(new Line(name, points));
    return this;
  }

  /** Round steps from 0 to at least the highest value. */
  static List<Tick> linear(double highest) {
    double step = Math.pow(10, Math.floor(Math.log10(Math.max(highest, 1e-9))));
    for (double part : new double[] {0.2, 0.5, 1, 2}) {
      if (highest / (step * part) <= 6) {
        step *= part;
        break;
      }
    }
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; i * step < highest + step; i++) {
      ticks.add(new Tick(i * step, number(i * step)));
    }
    return ticks;
  }

  private static String number(double value) {
    if (value >= 10_000) {
      return String.format(Locale.ROOT, "%,.0f", value).replace(",", "\u2009");
    }
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  String svg() {
    double highest =
        lines.stream().flatMap(line -> line.points.stream()).mapToDouble(Point::y).max().orElse(1);
    double lowest =
        lines.stream()
            .flatMap(line -> line.points.stream())
            .mapToDouble(Point::y)
            .filter(y -> y > 0)
            .min()
            .orElse(0.1);
    List<Tick> yTicks = logY ? powers(lowest, highest) : linear(highest);
    double yMin = yTicks.get(0).at;
    double yMax = yTicks.get(yTicks.size() - 1).at;
    StringBuilder svg = new StringBuilder(8192);
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" font-size=\"15\">%n<title>%s</title>%n",
            WIDTH, HEIGHT, escaped(title)));
    svg.append(
        "<style>svg{background:#fff;color:#1a1a1a}text{fill:currentColor}.g{stroke:currentColor;stroke-opacity:.15}@media(prefers-color-scheme:dark){svg{background:#16181d;color:#e6e6e6}}</style>\n");
    svg.append(text("<text x=\"%d\" y=\"24\" font-size=\"17\">%s</text>%n", LEFT, escaped(title)));
    for (Tick tick : yTicks) {
      double y = y(tick.at, yMin, yMax);
      svg.append(
          text(
              "<path class=\"g\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 5, tick.label));
    }
    for (Tick tick : xTicks) {
      double x = x(tick.at);
      svg.append(
          text(
              "<path class=\"g\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
              x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 20, escaped(tick.label)));
    }
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 42, escaped(across)));
    svg.append(
        text(
            "<text x=\"16\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 16 %d)\">%s</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2, (TOP + HEIGHT - BOTTOM) / 2, escaped(up)));
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, i, yMin, yMax);
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, int index, double yMin, double yMax) {
    Line line = lines.get(index);
    String colour = COLOURS.get(index % COLOURS.size());
    StringBuilder path = new StringBuilder();
    for (Point point : line.points) {
      path.append(
          text(
              "%s%.1f %.1f",
              path.isEmpty() ? "M" : "L",
              x(point.x),
              y(Math.max(point.y, logY ? yMin : 0), yMin, yMax)));
    }
    svg.append(
        text("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>%n", path, colour));
    int x = LEFT + index * (WIDTH - LEFT - RIGHT) / Math.max(3, lines.size());
    svg.append(
        text(
            "<path d=\"M%d %dh22\" stroke=\"%s\" stroke-width=\"4\"/><text x=\"%d\" y=\"%d\">%s</text>%n",
            x, HEIGHT - 17, colour, x + 28, HEIGHT - 12, escaped(line.name)));
  }

  private static List<Tick> powers(double lowest, double highest) {
    int from = (int) Math.floor(Math.log10(lowest));
    int to = Math.max(from + 1, (int) Math.ceil(Math.log10(highest)));
    List<Tick> ticks = new ArrayList<>();
    for (int power = from; power <= to; power++) {
      ticks.add(new Tick(Math.pow(10, power), number(Math.pow(10, power))));
    }
    return ticks;
  }

  private double x(double value) {
    return LEFT + (value - xMin) / (xMax - xMin) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value, double yMin, double yMax) {
    double share =
        logY
            ? (Math.log10(value) - Math.log10(yMin)) / (Math.log10(yMax) - Math.log10(yMin))
            : (value - yMin) / (yMax - yMin);
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values).replace(System.lineSeparator(), "\n");
  }
}
