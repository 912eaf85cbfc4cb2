package io.mycelium.examples.fourinarow;

import java.util.Locale;

/** Whose disc it is, and which of the two seats. */
enum Color {
  RED,
  YELLOW;

  Color other() {
    return this == RED ? YELLOW : RED;
  }

  String json() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Null if no color is called so. */
  static Color of(String json) {
    return "red".equals(json) ? RED : "yellow".equals(json) ? YELLOW : null;
  }
}
