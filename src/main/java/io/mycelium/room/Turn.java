package io.mycelium.room;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An instance's output for one command batch or timer: entries to keep, then messages to send, then
 * timers to set.
 */
public final class Turn {
  public static final String IN_DOUBT =
      "the journal failed; whether this message was kept is unknown";

  /**
   * A timer that a room wants.
   *
   * @param due time of a tick, in milliseconds since 1970
   */
  public record Timer(Room room, TimerKind kind, Duration delay, long due) {}

  /** A command that is answered after a read of the journal. */
  public record Question(String gateway, Command command) {}

  /** The purpose of a room's timer. */
  public enum TimerKind {
    TICK,
    PATCH,
    PRESENCE
  }

  private final List<Outbound> items = new ArrayList<>();
  private List<Journal.Append> appends = List.of();
  private List<Timer> timers = List.of();
  private List<Question> questions = List.of();
  private List<Room> snapshots = List.of();
  private Journal.Origin origin;
  private boolean sync;
  private boolean timed;
  private String removedRoom;
  private Outbound.Reply lastReply;
  private int messagesOut;
  private long bytesOut;

  void entry(String room, String epoch, Durability durability, Entry entry) {
    if (appends.isEmpty()) {
      appends = new ArrayList<>();
    }
    appends.add(new Journal.Append(room, epoch, durability, entry, origin));
    sync |= durability == Durability.SYNC;
  }

  /** The command that makes the following entries; null for none, and where nobody asks. */
  public void origin(Journal.Origin command) {
    origin = command;
  }

  /** A snapshot of the room is due. */
  void snapshot(Room room) {
    if (snapshots.isEmpty()) {
      snapshots = new ArrayList<>(1);
    }
    snapshots.add(room);
  }

  public void item(Outbound item) {
    items.add(item);
  }

  /** A back end's message: its handler time counts like a batch's. */
  public void timed() {
    timed = true;
  }

  public boolean isTimed() {
    return timed;
  }

  /** A message to all channels of a room. */
  public void delivery(Outbound.Delivery delivery, int channels) {
    items.add(delivery);
    messagesOut += channels;
    bytesOut += (long) delivery.json().length() * channels;
  }

  public void reply(Outbound.Reply reply) {
    items.add(reply);
    lastReply = reply;
  }

  /** The answer that was given last; null if none was. */
  public Outbound.Reply lastReply() {
    return lastReply;
  }

  public void ok(String gateway, long number, byte[] response, long seq) {
    reply(new Outbound.Reply(gateway, number, null, null, response, seq));
  }

  public void error(String gateway, long number, ErrorCode code, String message) {
    reply(new Outbound.Reply(gateway, number, code, message, null, 0));
  }

  public void timer(Room room, TimerKind kind, Duration delay, long due) {
    if (timers.isEmpty()) {
      timers = new ArrayList<>();
    }
    timers.add(new Timer(room, kind, delay, due));
  }

  public void ask(String gateway, Command command) {
    if (questions.isEmpty()) {
      questions = new ArrayList<>();
    }
    questions.add(new Question(gateway, command));
  }

  public void roomRemoved(String name) {
    removedRoom = name;
  }

  /** Null if none was. */
  public String removedRoom() {
    return removedRoom;
  }

  /**
   * The messages that remain if the entries may not be written: no entries, and a refusal for every
   * waiting client.
   */
  public List<Outbound> inDoubt() {
    List<Outbound> left = new ArrayList<>();
    for (Outbound item : items) {
      if (item instanceof Outbound.Reply reply) {
        left.add(reply.ok() && dependsOnEntries(reply) ? doubt(reply) : reply);
      } else if (!(item instanceof Outbound.Delivery delivery && delivery.first() > 0
          || item instanceof Outbound.Newest)) {
        left.add(item);
      }
    }
    return left;
  }

  /**
   * Opening and closing a connection makes no entry, and the successor takes connections over as
   * they are.
   */
  private static boolean dependsOnEntries(Outbound.Reply reply) {
    return reply.seq() > 0 || reply.response() != null;
  }

  private static Outbound.Reply doubt(Outbound.Reply reply) {
    return new Outbound.Reply(
        reply.gateway(), reply.number(), ErrorCode.INSTANCE_CRASHED, IN_DOUBT, null, 0);
  }

  public List<Question> questions() {
    return questions;
  }

  public List<Room> snapshots() {
    return snapshots;
  }

  /** Whether its messages must wait until its entries are written. */
  public boolean isSync() {
    return sync || removedRoom != null;
  }

  public List<Outbound> items() {
    return items;
  }

  public List<Journal.Append> appends() {
    return appends;
  }

  public List<Timer> timers() {
    return timers;
  }

  public int messagesOut() {
    return messagesOut;
  }

  public long bytesOut() {
    return bytesOut;
  }
}
