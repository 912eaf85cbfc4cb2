package io.mycelium.bench;

/**
 * What a push carries so that its deliveries can be told apart: {@code "b":"SENDER.NUMBER.NANOS"},
 * and then the padding, the same in each.
 */
final class Marker {
  private static final String BEGIN = "\"b\":\"";
  private static final String PAD = "\",\"p\":\"";

  private final String pad;

  /** The marker that was found last. */
  int sender;

  int number;

  /** When it was to be sent, of {@link System#nanoTime}. */
  long due;

  /** Whether the padding is what was sent. */
  boolean isWhole;

  Marker(int bytes) {
    pad = "0123456789abcdef".repeat(bytes / 16 + 1).substring(0, bytes);
  }

  private Marker(String pad) {
    this.pad = pad;
  }

  /** For another socket. */
  Marker copy() {
    return new Marker(pad);
  }

  /** The payload of a push. */
  String payload(int from, int count, long at) {
    return "{" + BEGIN + from + '.' + count + '.' + at + PAD + pad + "\"}";
  }

  /**
   * Reads the next marker of a frame.
   *
   * @return where to go on; -1 if there is none
   */
  int next(String frame, int from) {
    int begin = frame.indexOf(BEGIN, from);
    if (begin < 0) {
      return -1;
    }
    int first = frame.indexOf('.', begin + BEGIN.length());
    int second = frame.indexOf('.', first + 1);
    int end = frame.indexOf('"', second + 1);
    if (first < 0 || second < 0 || end < 0) {
      isWhole = false;
      return frame.length();
    }
    sender = (int) number(frame, begin + BEGIN.length(), first);
    number = (int) number(frame, first + 1, second);
    due = number(frame, second + 1, end);
    isWhole =
        frame.startsWith(PAD, end)
            && frame.startsWith(pad, end + PAD.length())
            && frame.startsWith("\"}", end + PAD.length() + pad.length());
    return end;
  }

  /** The digits between two places; -1 if there is anything else. */
  static long number(String text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return from == to ? -1 : value;
  }
}
