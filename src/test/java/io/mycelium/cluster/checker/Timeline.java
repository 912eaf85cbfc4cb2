package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Audit.Term;
import io.mycelium.cluster.checker.Ledger.Fault;
import io.mycelium.cluster.checker.Ledger.Stay;
import io.mycelium.cluster.checker.Pauses.Pause;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A picture (SVG) of a run: faults, who owned what, where clients were and how long they waited.
 */
final class Timeline {
  private static final int WIDTH = 1200;
  private static final int LEFT = 130;
  private static final int RIGHT = 20;
  private static final int ROW = 18;
  private static final int TOP = 64;
  private static final String[] NODE = {"#4477aa", "#228833", "#aa7700"};
  private static final String FAULT = "#555555";
  private static final String PAUSE = "#cc3311";
  private static final int[] GRIDS = {1, 2, 5, 10, 30, 60, 300, 600};
  private static final int MOST_GRID_LINES = 16;

  private final Formatter out = new Formatter(Locale.ROOT);
  private final long end;
  private int y = TOP;

  /**
   * @param end milliseconds of the run
   */
  Timeline(long end) {
    this.end = end;
  }

  /**
   * Draws it.
   *
   * @param terms with times as milliseconds of the run
   */
  String draw(String heading, Ledger ledger, List<Term> terms, Map<String, List<Pause>> pauses) {
    faults(ledger.faults());
    owners(terms);
    clients(ledger.stays(), pauses);
    String rows = out.toString();
    int bottom = y;
    Formatter all = new Formatter(Locale.ROOT);
    all.format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " height=\"%d\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#222222\">%n",
        WIDTH, bottom + 52, WIDTH, bottom + 52);
    all.format("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n");
    all.format("<text x=\"12\" y=\"20\" font-size=\"13\">%s</text>%n", heading);
    legend(all);
    grid(all, bottom);
    return all.format("%s</svg>%n", rows).toString();
  }

  private static void legend(Formatter all) {
    int x = 12;
    for (int i = 0; i < NODE.length; i++) {
      x = key(all, x, NODE[i], Cluster.name(i));
    }
    x = key(all, x, FAULT, "fault, until it is healed");
    key(all, x, PAUSE, "a push of the client waits for more than " + Pauses.NOTICED_MS + " ms");
  }

  private static int key(Formatter all, int x, String colour, String words) {
    all.format("<rect x=\"%d\" y=\"32\" width=\"12\" height=\"10\" fill=\"%s\"/>", x, colour);
    all.format("<text x=\"%d\" y=\"41\">%s</text>%n", x + 17, words);
    return x + 40 + words.length() * 6;
  }

  private double x(long ms) {
    return LEFT + (double) (WIDTH - LEFT - RIGHT) * Math.min(ms, end) / end;
  }

  private void grid(Formatter all, int bottom) {
    int every = GRIDS[0];
    for (int i = 1; i < GRIDS.length && end / 1000 / every > MOST_GRID_LINES; i++) {
      every = GRIDS[i];
    }
    for (int s = 0; s * 1000L <= end; s += every) {
      all.format(
          "<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/><text x=\"%.1f\" y=\"%d\""
              + " text-anchor=\"middle\">%d</text>%n",
          x(s * 1000L), TOP - 4, bottom + 6, x(s * 1000L), bottom + 20, s);
    }
    all.format(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">seconds of the run</text>%n",
        (WIDTH + LEFT - RIGHT) / 2, bottom + 40);
  }

  private void title(String words) {
    out.format("<text x=\"12\" y=\"%d\" font-weight=\"bold\">%s</text>%n", y + 12, words);
    y += ROW;
  }

  private void row(String name) {
    out.format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 8, y + 12, name);
  }

  private void bar(long from, long to, int down, int height, String colour) {
    out.format(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
        x(from), y + down, Math.max(1, x(to) - x(from)), height, colour);
  }

  /** The words above each bar, unless they would run into those before. */
  private void faults(List<Fault> faults) {
    title("faults of");
    for (int node = -1; node < Cluster.NODES; node++) {
      double free = 0;
      y += 8;
      row(node < 0 ? "database" : Cluster.name(node));
      for (Fault fault : faults) {
        if (fault.node() == node) {
          bar(fault.from(), fault.to(), 5, 8, FAULT);
          if (x(fault.from()) >= free) {
            out.format(
                "<text x=\"%.1f\" y=\"%d\" font-size=\"9\">%s</text>%n",
                x(fault.from()), y + 2, fault.kind());
            free = x(fault.from()) + fault.kind().length() * 4.8 + 4;
          }
        }
      }
      y += ROW;
    }
    y += 6;
  }

  private void owners(List<Term> terms) {
    title("owner of");
    Map<String, List<Term>> byInstance = new TreeMap<>();
    terms.forEach(
        term -> byInstance.computeIfAbsent(term.instance(), id -> new ArrayList<>()).add(term));
    byInstance.forEach(
        (instance, its) -> {
          row(instance);
          for (int i = 0; i < its.size(); i++) {
            Term term = its.get(i);
            if (term.owner() != null) {
              long to = i + 1 < its.size() ? its.get(i + 1).at() : end;
              bar(Math.max(0, term.at()), to, 2, 12, colour(term.owner()));
              out.format(
                  "<path d=\"M%.1f %dv16\" stroke=\"#222222\"/>%n", x(Math.max(0, term.at())), y);
            }
          }
          y += ROW;
        });
    y += 6;
  }

  private static String colour(String node) {
    return NODE[Integer.parseInt(node.substring("node".length()))];
  }

  private void clients(List<Stay> stays, Map<String, List<Pause>> pauses) {
    title("client, its socket's node");
    pauses.forEach(
        (client, its) -> {
          row(client);
          for (Stay stay : stays) {
            if (stay.client().equals(client)) {
              bar(stay.from(), stay.to(), 11, 3, NODE[stay.node()]);
            }
          }
          its.forEach(pause -> bar(pause.from(), pause.to(), 2, 9, PAUSE));
          y += ROW;
        });
  }
}
