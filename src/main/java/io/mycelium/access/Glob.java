package io.mycelium.access;

/**
 * A name, or, with {@code *} at the end, all names with that beginning; {@code *} alone matches
 * every name. There are no other wildcards and no regular expressions, so a match costs one
 * comparison.
 *
 * @param text the name or the beginning, without the {@code *}
 * @param open whether a {@code *} was at the end
 */
public record Glob(String text, boolean open) {
  public static final Glob ALL = new Glob("", true);

  /** Parses the written form; the caller must refuse a {@code *} before the end. */
  public static Glob of(String written) {
    return written.endsWith("*")
        ? new Glob(written.substring(0, written.length() - 1), true)
        : new Glob(written, false);
  }

  public boolean matches(String name) {
    return open ? name.startsWith(text) : name.equals(text);
  }

  /**
   * Whether every name that begins with the prefix matches; only {@code *} covers the empty prefix.
   */
  public boolean coversAll(String prefix) {
    return open && prefix.startsWith(text);
  }

  /** The names of this glob that begin with the prefix; null if there are none. */
  Glob within(String prefix) {
    if (text.startsWith(prefix)) {
      return this;
    }
    return coversAll(prefix) ? new Glob(prefix, true) : null;
  }

  /** The written form. */
  @Override
  public String toString() {
    return open ? text + "*" : text;
  }
}
