package io.mycelium.room;

import java.util.UUID;

/**
 * Names of histories: {@code own}, or <code>own~seq~other</code> for one that an import began with
 * the entries of another up to {@code seq}. So a client of the other resumes here from no further
 * than both have in common, though the other went on after it was exported.
 */
public final class Epoch {
  /** What an import takes: at most seven histories behind one another. */
  public static final String PATTERN = "[0-9a-f]{1,16}(~[0-9]{1,18}~[0-9a-f]{1,16}){0,7}";

  private static final char END = '~';
  private static final int MAX = 160;

  private Epoch() {}

  public static String fresh() {
    return Long.toHexString(UUID.randomUUID().getMostSignificantBits());
  }

  /** A history that has the entries of another up to {@code seq} and goes its own way then. */
  public static String fork(String other, long seq) {
    String forked = fresh() + END + seq + END + other;
    return forked.length() > MAX ? fresh() : forked;
  }

  /** Whether an entry of the history {@code since.epoch()} is one of {@code epoch} too. */
  public static boolean has(String epoch, Position since) {
    String name = epoch;
    long common = Long.MAX_VALUE;
    while (!name.equals(since.epoch())) {
      int own = name.indexOf(END);
      if (own < 0) {
        return false;
      }
      int seq = name.indexOf(END, own + 1);
      common = Math.min(common, Long.parseLong(name.substring(own + 1, seq)));
      name = name.substring(seq + 1);
    }
    return since.seq() <= common;
  }
}
