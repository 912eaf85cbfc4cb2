package io.mycelium.journal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which failures a room's entries survive, and what a reply to a push guarantees. */
public enum Durability {
  /** Kept in this process only: entries are lost when it ends. */
  NONE,
  /** Answered and broadcast at once, on disk within {@code journal.flush_interval}. */
  ASYNC,
  /** Answered and broadcast once the entry is on disk. */
  SYNC;

  /** The names of all levels in the API. */
  public static final List<String> NAMES = Arrays.stream(values()).map(Durability::json).toList();

  /** The level with this name. */
  public static Durability of(String json) {
    return valueOf(json.toUpperCase(Locale.ROOT));
  }

  /** Its name in the API. */
  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
