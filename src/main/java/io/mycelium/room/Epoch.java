package io.mycelium.room;

import java.util.UUID;

/**
 * Names of histories: {@code own}, or <code>own~seq~other</code> for a history that an import
 * started with another history's entries up to {@code seq}. So a client of the other history
 * resumes here only from an entry that both have, even if the other continued after its export.
 */
public final class Epoch {
  /** The epochs that an import accepts: at most seven histories in a row. */
  public static final String PATTERN = "[0-9a-f]{1,16}(~[0-9]{1,18}~[0-9a-f]{1,16}){0,7}";

  private static final char END = '~';
  private static final int MAX = 160;

  private Epoch() {}

  public static String fresh() {
    return Long.toHexString(UUID.randomUUID().getMostSignificantBits());
  }

  /** A history that shares the entries of another up to {@code seq} and then diverges. */
  public static String fork(String other, long seq) {
    String forked = fresh() + END + seq + END + other;
    return forked.length() > MAX ? fresh() : forked;
  }

  /** Whether the position in the history {@code since.epoch()} is in {@code epoch} too. */
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
