package io.mycelium.presence;

import java.util.List;
import java.util.Map;

/**
 * Chooses the metas that a message shows whole if all of them together would be too large. Small
 * metas come before large ones, so users with large metas lose theirs first; among metas of about
 * one size, the earliest come first. The other metas show their {@code phx_ref} alone, so no member
 * is missing. For one message.
 */
final class Cut {
  /** Bytes of <code>{"phx_ref":""},</code> around a reference. */
  private static final int BARE_BYTES = 15;

  /**
   * Bytes of <code>"":{"metas":[]},</code> around a user's id, minus the comma after the last meta.
   */
  private static final int USER_BYTES = 15;

  /** Bytes of the object's braces, minus the comma that does not follow the last user. */
  private static final int BRACES = 1;

  /** Metas whose size has more bits than this are cut, smaller ones are whole. */
  private final int partly;

  /** Bytes left for the metas whose size has exactly that many bits. */
  private long left;

  private Cut(int partly, long left) {
    this.partly = partly;
    this.left = left;
  }

  /**
   * @param maxBytes of the whole message; user ids and references are sent even above this limit
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

  /** Call it once for each meta, in the order of the message. */
  boolean isWhole(Presence.Meta meta) {
    int magnitude = magnitude(meta);
    if (magnitude != partly) {
      return magnitude < partly;
    }
    left -= Math.max(0, meta.bytes() + 1 - BARE_BYTES - meta.ref().length());
    return left >= 0;
  }
}
