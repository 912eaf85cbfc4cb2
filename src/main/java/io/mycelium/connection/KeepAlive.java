package io.mycelium.connection;

import java.util.ArrayList;
import java.util.List;

/**
 * Pings idle peers and finds dead ones: a timer wheel of one-second slots, so that a hundred
 * thousand idle connections cost one timer and each is looked at once per interval.
 */
final class KeepAlive {
  private static final int SLOTS = 64;

  private final List<List<Connection>> slots = new ArrayList<>(SLOTS);
  private int tick;

  KeepAlive() {
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>());
    }
  }

  /** Seconds since this was made. */
  int tick() {
    return tick;
  }

  void add(Connection connection) {
    schedule(connection, connection.pingInterval());
  }

  void remove(Connection connection) {
    List<Connection> slot = slots.get(connection.wheelSlot);
    int last = slot.size() - 1;
    Connection moved = slot.get(last);
    slot.set(connection.wheelIndex, moved);
    moved.wheelIndex = connection.wheelIndex;
    slot.remove(last);
  }

  /** To be called once a second. */
  void advance() {
    tick++;
    int now = tick & (SLOTS - 1);
    List<Connection> due = slots.get(now);
    slots.set(now, new ArrayList<>());
    for (int i = 0; i < due.size(); i++) {
      Connection connection = due.get(i);
      schedule(connection, Math.max(1, connection.checkAlive(tick)));
    }
    due.stream().filter(Connection::isSilent).toList().forEach(Connection::dropSilent);
  }

  private void schedule(Connection connection, int seconds) {
    int at = (tick + Math.min(seconds, SLOTS - 1)) & (SLOTS - 1);
    List<Connection> slot = slots.get(at);
    connection.wheelSlot = at;
    connection.wheelIndex = slot.size();
    slot.add(connection);
  }
}
