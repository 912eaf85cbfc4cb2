package io.mycelium.journal;

import java.time.Duration;

/**
 * Which of a room's entries may be dropped: entries beyond both limits, but never an entry that no
 * snapshot covers.
 *
 * @param entries newest entries to keep; 0 for all
 * @param age how long to keep an entry; zero for ever
 */
public record Retention(long entries, Duration age) {
  public static final Retention ALL = new Retention(0, Duration.ZERO);
}
