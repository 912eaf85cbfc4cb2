package io.mycelium.presence;

import java.util.List;
import java.util.Map;

/**
 * Which metas of a message go out whole if all of them would weigh too much: the small ones before
 * the large ones, so that whoever sends large ones loses theirs first; among those of about one
 * size, the ones that came first. The others go out with their {@code phx_ref} alone, so nobody is
 * missing. For one message.
 */
final class Cut {
  /** Of <code>{"phx_ref":""},</code> around a reference. */
  private static final int BARE_BYTES = 15;

  /** Of <code>"":{"metas":[]},</code> around a user's id, less the comma behind its last meta. */
  private static final int USER_BYTES = 15;

  /** Of the object's braces, less the comma that is not behind its last user. */
  private static final int BRACES = 1;

  /** Metas of that many bits in their size and more are bare. */
  private final int partly;

  /** What is left for those of just as many. */
  private long left;

  private Cut(int partly, long left) {
    this.partly = partly;
    this.left = left;
  }

  /**
   * @param maxBytes of the whole message; what no meta can do without is sent even above it
   */
  static Cut of(Map<String, List<Presence.Meta>> users, int maxBytes) {
    long[] extras = new long[Integer.SIZE];
    long left = maxBytes - BRACES;
    for (Map.Entry<String, List<Presence.Meta>> user : users.entrySet()) {
      left -= USER_BYTES + Presence.Meta.utf8(user.getKey());
      for (Presence.Meta meta : user.getValue()) {
        int bare = BARE_BYTES + meta.ref().length();
        left -= bare;
        extras[magnitude(meta)] += Math.max(0, meta.bytes() + 1 - bare);
      }
    }
    int whole = 0;
    while (whole < extras.length && extras[whole] <= left) {
      left -= extras[whole];
      whole++;
    }
    return new Cut(whole, left);
  }

  private static int magnitude(Presence.Meta meta) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(1, meta.bytes()));
  }

  /** To be asked once for each meta, in the order of the message. */
  boolean isWhole(Presence.Meta meta) {
    int magnitude = magnitude(meta);
    if (magnitude != partly) {
      return magnitude < partly;
    }
    left -= Math.max(0, meta.bytes() + 1 - BARE_BYTES - meta.ref().length());
    return left >= 0;
  }
}
