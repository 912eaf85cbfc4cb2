package io.mycelium.access;

import java.util.ArrayList;
import java.util.List;

/**
 * The rights of a user in one room. A channel keeps its rights from its join until the token
 * changes, so that the check of a push is one test of a bit. The sixteen possible values are made
 * once.
 */
public final class RoomRights {
  static final int JOIN_BIT = 1;
  static final int PUSH_BIT = 2;
  static final int PRESENCE_BIT = 4;
  static final int HISTORY_BIT = 8;

  /** The names in tokens, by bit. */
  private static final List<String> NAMES = List.of("join", "push", "presence", "history");

  private static final int ALL_BITS = 15;
  private static final RoomRights[] EACH = new RoomRights[ALL_BITS + 1];

  static {
    for (int bits = 0; bits <= ALL_BITS; bits++) {
      EACH[bits] = new RoomRights(bits);
    }
  }

  public static final RoomRights NONE = EACH[0];
  public static final RoomRights ALL = EACH[ALL_BITS];

  /** All but {@code push}. */
  public static final RoomRights READ = EACH[JOIN_BIT | PRESENCE_BIT | HISTORY_BIT];

  private final int bits;
  private final List<String> names;

  private RoomRights(int bits) {
    this.bits = bits;
    List<String> named = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if ((bits & 1 << i) != 0) {
        named.add(NAMES.get(i));
      }
    }
    this.names = List.copyOf(named);
  }

  static RoomRights of(int bits) {
    return EACH[bits];
  }

  /** The single right with that name; null if there is none. */
  public static RoomRights named(String name) {
    int bit = NAMES.indexOf(name);
    return bit < 0 ? null : EACH[1 << bit];
  }

  public RoomRights or(RoomRights other) {
    return EACH[bits | other.bits];
  }

  /** Whether the user may join, get the state and receive messages. */
  public boolean mayJoin() {
    return (bits & JOIN_BIT) != 0;
  }

  public boolean mayPush() {
    return (bits & PUSH_BIT) != 0;
  }

  /** Whether the user may see who is in the room. */
  public boolean seesPresence() {
    return (bits & PRESENCE_BIT) != 0;
  }

  /** Whether the user may read older entries. */
  public boolean readsHistory() {
    return (bits & HISTORY_BIT) != 0;
  }

  /** Whether these rights allow an action that needs only a right in a room. */
  public boolean allow(Action action) {
    return has(action.right());
  }

  boolean has(int wanted) {
    return (bits & wanted) == wanted;
  }

  boolean isNone() {
    return bits == 0;
  }

  /** Whether the others include all of these rights. */
  public boolean isWithin(RoomRights others) {
    return (bits & ~others.bits) == 0;
  }

  /** The names in a token. */
  public List<String> names() {
    return names;
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
