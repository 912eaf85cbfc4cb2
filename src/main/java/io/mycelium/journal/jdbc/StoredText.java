package io.mycelium.journal.jdbc;

/** Encodes text that clients choose: PostgreSQL's text cannot contain U+0000, so it is escaped. */
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

  /** Decodes stored text. */
  static String back(String stored) {
    if (stored == null || stored.indexOf(MARK) < 0) {
      return stored;
    }
    return stored.replace(MARK + "0", "" + NUL).replace(MARK + "1", "" + MARK);
  }
}
