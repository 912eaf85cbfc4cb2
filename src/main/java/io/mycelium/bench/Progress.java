package io.mycelium.bench;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** How far a run is, for who waits for it; on a terminal a bar, else a line for each part. */
public final class Progress {
  private static final int WIDTH = 30;

  private final PrintWriter out;
  private final boolean terminal;
  private String name = "";
  private int seconds;

  /**
   * @param terminal whether a line may be written over
   */
  public Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  synchronized void say(String what) {
    out.println(what);
    out.flush();
  }

  synchronized void begin(String part, int forSeconds) {
    name = part;
    seconds = forSeconds;
    if (!terminal) {
      say("%s, %d s".formatted(part, forSeconds));
    }
  }

  synchronized void at(long nanos) {
    if (terminal) {
      double done = Math.min(1, Math.max(0, nanos / 1e9 / seconds));
      int full = (int) (done * WIDTH);
      out.printf(
          "\r%-20s [%s%s] %d of %d s",
          name,
          "=".repeat(full),
          " ".repeat(WIDTH - full),
          Math.min(seconds, TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nanos))),
          seconds);
      out.flush();
    }
  }

  synchronized void end() {
    if (terminal) {
      at(TimeUnit.SECONDS.toNanos(seconds));
      out.println();
      out.flush();
    }
  }
}
