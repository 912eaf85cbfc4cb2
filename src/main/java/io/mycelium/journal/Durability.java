package io.mycelium.journal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a room's entries survive, and what a reply to a push promises. */
public enum Durability {
  /** Kept in this process only: entries are gone with it. */
  NONE,
  /** Replied and broadcast at once, on disk within {@code journal.flush_interval}. */
  ASYNC,
  /** Replied and broadcast once it is on disk. */
  SYNC;

  /** The names of all levels in the API. */
  public static final List<String> NAMES = Arrays.stream(values()).map(Durability::json).toList();

  /** The level of that name. */
  public static Durability of(String json) {
    return valueOf(json.toUpperCase(Locale.ROOT));
  }

  /** Its name in the API. */
  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
