package io.mycelium.access;

/**
 * A name, or with {@code *} at its end every name that begins so; {@code *} alone is every name. No
 * other wildcard and no regular expression, so a match costs no more than one comparison.
 *
 * @param text without the {@code *}
 * @param open whether it had one
 */
public record Glob(String text, boolean open) {
  public static final Glob ALL = new Glob("", true);

  /** As it is written; a {@code *} before the end is the caller's to refuse. */
  public static Glob of(String written) {
    return written.endsWith("*")
        ? new Glob(written.substring(0, written.length() - 1), true)
        : new Glob(written, false);
  }

  public boolean matches(String name) {
    return open ? name.startsWith(text) : name.equals(text);
  }

  /**
   * Whether every name that begins with the prefix matches; only {@code *} covers the empty one.
   */
  public boolean coversAll(String prefix) {
    return open && prefix.startsWith(text);
  }

  /** What of it begins with the prefix; null if nothing does. */
  Glob within(String prefix) {
    if (text.startsWith(prefix)) {
      return this;
    }
    return coversAll(prefix) ? new Glob(prefix, true) : null;
  }

  /** As it is written. */
  @Override
  public String toString() {
    return open ? text + "*" : text;
  }
}
