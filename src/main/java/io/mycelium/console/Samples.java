package io.mycelium.console;

import java.util.ArrayDeque;
import java.util.StringJoiner;

/** The samples of the last 15 minutes, as JSON arrays; the oldest is dropped. Any thread. */
final class Samples {
  /** One each second. */
  static final int KEPT = 15 * 60;

  private final ArrayDeque<String> ring = new ArrayDeque<>(KEPT);

  synchronized void add(String sample) {
    if (ring.size() == KEPT) {
      ring.removeFirst();
    }
    ring.addLast(sample);
  }

  /** A JSON array of all, oldest first. */
  synchronized String json() {
    StringJoiner all = new StringJoiner(",", "[", "]");
    ring.forEach(all::add);
    return all.toString();
  }
}
