package io.mycelium.deployer;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Counts crashes in a sliding window, as an Erlang supervisor does (max_restarts in max_seconds).
 */
final class RestartIntensity {
  private final int maxRestarts;
  private final long windowMs;
  private final ArrayDeque<Long> crashes = new ArrayDeque<>(4);

  RestartIntensity(int maxRestarts, Duration window) {
    this.maxRestarts = maxRestarts;
    this.windowMs = window.toMillis();
  }

  /** Records a crash; returns whether it is one too many. */
  boolean exceededBy(long now) {
    while (!crashes.isEmpty() && crashes.getFirst() < now - windowMs) {
      crashes.removeFirst();
    }
    crashes.addLast(now);
    return crashes.size() > maxRestarts;
  }
}
