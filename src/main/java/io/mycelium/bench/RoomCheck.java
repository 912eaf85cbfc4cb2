package io.mycelium.bench;

import java.util.Arrays;

/**
 * The one order of a room's entries, as its sockets tell of it: the first says what an entry is,
 * the others must agree. On the room's event loop.
 */
final class RoomCheck {
  private final String room;
  private final Faults faults;

  /** By sequence from 1: which push it was; 0 while nobody has said. */
  private long[] order = new long[1024];

  private long last;

  RoomCheck(String room, Faults faults) {
    this.room = room;
    this.faults = faults;
  }

  /** The room's last sequence, as far as anybody has said. */
  long last() {
    return last;
  }

  String room() {
    return room;
  }

  /** The room has that many entries, of which not each is delivered by itself. */
  void reached(long seq) {
    last = Math.max(last, seq);
  }

  /** A delivery, or an acknowledgement. */
  void entry(long seq, int sender, int number) {
    if (seq < 1 || seq > Integer.MAX_VALUE - 8) {
      faults.add("sequence", "%s: a push became entry %d", room, seq);
      return;
    }
    if (seq >= order.length) {
      order =
          Arrays.copyOf(
              order, (int) Math.max(seq + 1, Math.min(order.length * 2L, Integer.MAX_VALUE - 8)));
    }
    long push = ((long) sender << 32) | number;
    int at = (int) seq;
    if (order[at] == 0) {
      order[at] = push;
      last = Math.max(last, seq);
    } else if (order[at] != push) {
      faults.add(
          "order",
          "%s: entry %d is push %d of socket %d and push %d of socket %d",
          room,
          seq,
          (int) order[at],
          order[at] >>> 32,
          number,
          sender);
    }
  }

  /** Each push made one entry only. */
  void finish() {
    long[] all = Arrays.copyOf(order, (int) last + 1);
    Arrays.sort(all);
    for (int i = 1; i < all.length; i++) {
      if (all[i] != 0 && all[i] == all[i - 1]) {
        faults.add(
            "double", "%s: push %d of socket %d is there twice", room, (int) all[i], all[i] >>> 32);
      }
    }
  }
}
