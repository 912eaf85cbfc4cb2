package io.mycelium.connection;

import java.util.ArrayList;
import java.util.List;

/**
 * Pings idle peers and finds dead ones: a timer wheel of one-second slots, so that a hundred
 * thousand idle connections cost one timer and one check each per interval.
 */
final class KeepAlive {
  private static final int SLOTS = 64;

  private final List<List<Liveness>> slots = new ArrayList<>(SLOTS);
  private int tick;

  KeepAlive() {
    for (int i = 0; i < SLOTS; i++) {
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

  /** Call it once a second. */
  void advance() {
    tick++;
    int now = tick & (SLOTS - 1);
    List<Liveness> due = slots.get(now);
    slots.set(now, new ArrayList<>());
    for (int i = 0; i < due.size(); i++) {
      Liveness liveness = due.get(i);
      schedule(liveness, Math.max(1, liveness.checkAlive(tick)));
    }
    due.stream().filter(each -> each.isSilent(tick)).toList().forEach(Liveness::drop);
  }

  private void schedule(Liveness liveness, int seconds) {
    int at = (tick + Math.min(seconds, SLOTS - 1)) & (SLOTS - 1);
    List<Liveness> slot = slots.get(at);
    liveness.wheelSlot = at;
    liveness.wheelIndex = slot.size();
    slot.add(liveness);
  }
}
