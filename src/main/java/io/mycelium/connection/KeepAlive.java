package io.mycelium.connection;

import java.util.ArrayList;
import java.util.List;

/**
 * Pings idle peers and finds dead ones: a timer wheel of one-second slots, so that a hundred
 * thousand idle connections cost one check each per interval. Those of one second, thousands after
 * a storm of connects, are looked at in parts over that second: a message waits behind one part.
 */
final class KeepAlive {
  /** Peers that are looked at, and mostly pinged, in a row: about a millisecond of work. */
  static final int PART = 32;

  private static final int SLOTS = 64;

  /** Slot of those that are to be looked at now. */
  private static final int DUE = SLOTS;

  private final List<List<Liveness>> slots = new ArrayList<>(SLOTS + 1);
  private int tick;

  KeepAlive() {
    for (int i = 0; i <= SLOTS; i++) {
      slots.add(new ArrayList<>());
    }
  }

  /** Seconds since creation. */
  int tick() {
    return tick;
  }

  void add(Liveness liveness) {
    schedule(liveness, liveness.pingInterval());
  }

  void remove(Liveness liveness) {
    List<Liveness> slot = slots.get(liveness.wheelSlot);
    int last = slot.size() - 1;
    Liveness moved = slot.get(last);
    slot.set(liveness.wheelIndex, moved);
    moved.wheelIndex = liveness.wheelIndex;
    slot.remove(last);
  }

  /**
   * Call it once a second.
   *
   * @return how often {@link #checkPart} is to be called within this second
   */
  int advance() {
    tick++;
    int now = tick & (SLOTS - 1);
    List<Liveness> those = slots.get(now);
    slots.set(now, new ArrayList<>());
    those.forEach(each -> put(each, DUE));
    return (slots.get(DUE).size() + PART - 1) / PART;
  }

  /** Looks at some of those whose time has come. */
  void checkPart() {
    List<Liveness> due = slots.get(DUE);
    for (int i = 0; i < PART && !due.isEmpty(); i++) {
      Liveness liveness = due.remove(due.size() - 1);
      schedule(liveness, Math.max(1, liveness.checkAlive(tick)));
      if (liveness.isSilent(tick)) {
        liveness.drop();
      }
    }
  }

  private void schedule(Liveness liveness, int seconds) {
    put(liveness, (tick + Math.min(seconds, SLOTS - 1)) & (SLOTS - 1));
  }

  private void put(Liveness liveness, int at) {
    List<Liveness> slot = slots.get(at);
    liveness.wheelSlot = at;
    liveness.wheelIndex = slot.size();
    slot.add(liveness);
  }
}
