package io.mycelium.protocol;

import java.util.Arrays;

/**
 * Validates JSON (RFC 8259) in place and finds the end of a value, without building a tree. A
 * push's payload is scanned here once and then only copied as bytes. {@link Utf8} checks that the
 * bytes are UTF-8.
 */
final class JsonScanner {
  /** Deeper nesting is refused: it has no use and costs stack. */
  static final int MAX_DEPTH = 128;

  private final byte[] json;
  private final int end;
  private int at;

  JsonScanner(byte[] json, int from, int to) {
    this.json = json;
    this.at = from;
    this.end = to;
  }

  int position() {
    return at;
  }

  /** The next byte that is not white space, without consuming it; 0 at the end. */
  int peek() {
    while (at < end) {
      int c = json[at];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c;
      }
      at++;
    }
    return 0;
  }

  void expect(char wanted) {
    if (peek() != wanted) {
      throw malformed("'" + wanted + "'");
    }
    at++;
  }

  /** Skips white space and exactly these bytes, if they come next. */
  boolean skipIf(byte[] wanted) {
    peek();
    int behind = at + wanted.length;
    if (behind > end || !Arrays.equals(json, at, behind, wanted, 0, wanted.length)) {
      return false;
    }
    at = behind;
    return true;
  }

  boolean skipIf(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  void expectEnd() {
    if (peek() != 0 || at < end) {
      throw malformed("the end of the frame");
    }
  }

  /** Skips one value of any kind; {@link #position} is then right after it. */
  void skipValue() {
    skipValue(0);
  }

  /**
   * Skips one value, even an invalid one, as long as its brackets and quotes show where it ends.
   *
   * @return what is wrong; null if the value is valid
   */
  String skipFaultyValue() {
    peek();
    int from = at;
    try {
      skipValue();
      return null;
    } catch (MalformedFrameException e) {
      at = from;
      skipBalanced();
      return e.getMessage();
    }
  }

  /** Moves to the comma or bracket after a scalar value. */
  private void skipBalanced() {
    int depth = 0;
    boolean quoted = false;
    for (; at < end; at++) {
      int c = json[at];
      if (quoted) {
        if (c == '\\') {
          at++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
        return;
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
    at = end;
  }

  private void skipValue(int depth) {
    switch (peek()) {
      case '{' -> skipObject(depth);
      case '[' -> skipArray(depth);
      case '"' -> skipString();
      case 't' -> skipWord("true");
      case 'f' -> skipWord("false");
      case 'n' -> skipWord("null");
      default -> skipNumber();
    }
  }

  private void skipObject(int depth) {
    descend(depth);
    if (skipIf('}')) {
      return;
    }
    do {
      if (peek() != '"') {
        throw malformed("a key in quotes");
      }
      skipString();
      expect(':');
      skipValue(depth + 1);
    } while (skipIf(','));
    expect('}');
  }

  private void skipArray(int depth) {
    descend(depth);
    if (skipIf(']')) {
      return;
    }
    do {
      skipValue(depth + 1);
    } while (skipIf(','));
    expect(']');
  }

  private void descend(int depth) {
    if (depth >= MAX_DEPTH) {
      throw malformed("at most " + MAX_DEPTH + " levels of nesting");
    }
    at++;
  }

  /**
   * Skips a string whose opening quote is next.
   *
   * @return whether it contains an escape
   */
  boolean skipString() {
    byte[] b = json;
    int stop = end;
    int p = at + 1;
    boolean escaped = false;
    while (p < stop) {
      int c = b[p++];
      if (c == '"') {
        at = p;
        return escaped;
      }
      if (c == '\\') {
        p = skipEscape(p);
        escaped = true;
      } else if (c >= 0 && c < 0x20) {
        at = p - 1;
        throw malformed("no control character in a string");
      }
    }
    at = stop;
    throw malformed("the closing quote of a string");
  }

  private int skipEscape(int p) {
    int c = p < end ? json[p] : 0;
    if (c == 'u') {
      return skipUnicode(p);
    }
    if (c == 0 || "\"\\/bfnrt".indexOf(c) < 0) {
      at = p;
      throw malformed("an escape that JSON knows");
    }
    return p + 1;
  }

  /**
   * Half a surrogate pair is not a character: UTF-8 cannot encode it, and Phoenix refuses it too.
   */
  private int skipUnicode(int p) {
    int unit = unit(p);
    if (!Character.isSurrogate((char) unit)) {
      return p + 5;
    }
    boolean escaped = p + 6 < end && json[p + 5] == '\\' && json[p + 6] == 'u';
    if (Character.isLowSurrogate((char) unit)
        || !escaped
        || !Character.isLowSurrogate((char) unit(p + 6))) {
      at = p;
      throw malformed("a surrogate pair, not half of one");
    }
    return p + 11;
  }

  /** The four hex digits after the {@code u} at p. */
  private int unit(int p) {
    int unit = 0;
    for (int i = 1; i <= 4; i++) {
      int digit = p + i < end ? Character.digit(json[p + i], 16) : -1;
      if (digit < 0) {
        at = p;
        throw malformed("four hex digits behind \\u");
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  private void skipWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at + i >= end || json[at + i] != word.charAt(i)) {
        throw malformed(word);
      }
    }
    at += word.length();
  }

  private void skipNumber() {
    int start = at;
    if (at < end && json[at] == '-') {
      at++;
    }
    if (at < end && json[at] == '0') {
      at++;
    } else {
      skipDigits(start);
    }
    if (at < end && json[at] == '.') {
      at++;
      skipDigits(start);
    }
    if (at < end && (json[at] == 'e' || json[at] == 'E')) {
      at++;
      if (at < end && (json[at] == '+' || json[at] == '-')) {
        at++;
      }
      skipDigits(start);
    }
  }

  private void skipDigits(int start) {
    int first = at;
    while (at < end && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    if (at == first) {
      throw malformed(first == start ? "a JSON value" : "a digit");
    }
  }

  MalformedFrameException malformed(String expected) {
    String found =
        at >= end
            ? "the end"
            : (json[at] > ' ' ? "'" + (char) json[at] + "'" : "byte " + (json[at] & 0xff));
    return new MalformedFrameException(
        "at byte " + at + ": found " + found + ", expected " + expected);
  }
}
