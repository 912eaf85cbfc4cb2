package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What an instance makes of one command batch or timer: entries to keep, then messages to send,
 * then timers to set.
 */
final class Turn {
  /** A timer that a room wants. */
  record Timer(Room room, TimerKind kind, Duration delay) {}

  /** A gateway's question for entries that it missed. */
  record Refill(String gateway, Command command) {}

  /** What a room's timer is for. */
  enum TimerKind {
    TICK,
    PATCH,
    PRESENCE
  }

  private final List<Outbound> items = new ArrayList<>();
  private List<Journal.Append> appends = List.of();
  private List<Timer> timers = List.of();
  private List<Refill> refills = List.of();
  private int messagesOut;
  private long bytesOut;

  void entry(String room, Entry entry) {
    if (appends.isEmpty()) {
      appends = new ArrayList<>();
    }
    appends.add(new Journal.Append(room, entry));
  }

  void item(Outbound item) {
    items.add(item);
  }

  /** A message to all channels of a room. */
  void delivery(Outbound.Delivery delivery, int channels) {
    items.add(delivery);
    messagesOut += channels;
    bytesOut += (long) delivery.json().length * channels;
  }

  void ok(String gateway, long number, byte[] response, long seq) {
    items.add(new Outbound.Reply(gateway, number, null, null, response, seq));
  }

  void error(String gateway, long number, ErrorCode code, String message) {
    items.add(new Outbound.Reply(gateway, number, code, message, null, 0));
  }

  void timer(Room room, TimerKind kind, Duration delay) {
    if (timers.isEmpty()) {
      timers = new ArrayList<>();
    }
    timers.add(new Timer(room, kind, delay));
  }

  void refill(String gateway, Command command) {
    if (refills.isEmpty()) {
      refills = new ArrayList<>();
    }
    refills.add(new Refill(gateway, command));
  }

  List<Refill> refills() {
    return refills;
  }

  List<Outbound> items() {
    return items;
  }

  List<Journal.Append> appends() {
    return appends;
  }

  List<Timer> timers() {
    return timers;
  }

  int messagesOut() {
    return messagesOut;
  }

  long bytesOut() {
    return bytesOut;
  }
}
