package io.mycelium.journal.jdbc;

/**
 * Text that clients choose, as it is stored: PostgreSQL has no U+0000 in text, so it goes by
 * another name.
 */
final class StoredText {
  private static final char NUL = '\u0000';
  private static final char MARK = '\u001a';

  private StoredText() {}

  /** Null for null. */
  static String of(String text) {
    if (text == null || text.indexOf(NUL) < 0 && text.indexOf(MARK) < 0) {
      return text;
    }
    return text.replace("" + MARK, MARK + "1").replace("" + NUL, MARK + "0");
  }

  /** What was stored. */
  static String back(String stored) {
    if (stored == null || stored.indexOf(MARK) < 0) {
      return stored;
    }
    return stored.replace(MARK + "0", "" + NUL).replace(MARK + "1", "" + MARK);
  }
}
