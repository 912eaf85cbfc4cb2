package io.mycelium.deployer;

import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.ExportLine;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.PrototypeNames;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Epoch;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rooms of an imported instance, one after the other. On the deployer's context. */
final class ImportedRooms {
  private static final String ANY = "(?s).*";
  private static final String NAME = "(?s).{1,200}";
  private static final String USER = "[^\\p{Cc}]{1,128}";

  /** No entry before the snapshot is kept, so the store counts from there. */
  private static final Retention NOTHING_BEFORE = new Retention(0, Duration.ofMillis(1));

  private final InstanceServices services;
  private final InstanceSpec spec;
  private final long generation;
  private final Set<String> seen = new HashSet<>();
  private final List<Journal.Append> appends = new ArrayList<>();
  private final List<Future<Void>> writes = new ArrayList<>();
  private String room;
  private String epoch;
  private long first;
  private long seq;
  private long last;
  private long lastKey;
  private boolean hasBase;
  private Snapshot closing;
  private long entries;

  ImportedRooms(InstanceServices services, InstanceSpec spec, long generation) {
    this.services = services;
    this.spec = spec;
    this.generation = generation;
  }

  void begin(ExportLine line) {
    complete();
    String name = line.text("room", ANY);
    RoomSettings settings = spec.rooms().get(name);
    if (settings == null) {
      throw line.refuse("room", "a room of the instance");
    }
    if (!seen.add(name)) {
      throw line.refuse("room", "a room that did not come before");
    }
    room = name;
    seq = line.number("seq");
    epoch = Epoch.fork(line.text("epoch", Epoch.PATTERN), seq);
    first = line.number("first");
    boolean none = settings.durability() == Durability.NONE;
    if (first < 1 || first > seq + 1 || none && first != seq + 1) {
      String expected = none ? "" : "1 to ";
      throw line.refuse("first", expected + (seq + 1) + ", as its seq is " + seq);
    }
    last = first - 1;
    lastKey = 0;
    hasBase = false;
    closing = null;
  }

  private void isOfRoom(ExportLine line, String field) {
    if (room == null || !line.text(field, ANY).equals(room)) {
      throw line.refuse(field, room == null ? "a line with the room before" : room);
    }
  }

  /** The state at the end of the room, or before its first entry. */
  void snapshot(ExportLine line) {
    isOfRoom(line, "snapshot");
    long at = line.number("seq");
    boolean isBase = at == first - 1 && at < seq && !hasBase && closing == null;
    boolean isClosing = at == seq && closing == null;
    if (last != first - 1 || !isBase && !isClosing) {
      throw line.refuse(
          "seq", (first - 1) + " or " + seq + ", before the entries and each at most once");
    }
    Snapshot snapshot =
        new Snapshot(
            at,
            epoch,
            line.number("at"),
            line.number("tickAt"),
            isClosing ? generation : 0,
            line.value("state"));
    if (isClosing) {
      closing = snapshot;
    } else {
      hasBase = true;
      save(snapshot, NOTHING_BEFORE);
    }
  }

  private void save(Snapshot snapshot, Retention retention) {
    flush();
    writes.add(services.store().snapshots().save(spec.id(), generation, room, snapshot, retention));
  }

  void entry(ExportLine line) {
    isOfRoom(line, "entry");
    long number = line.number("seq");
    if (number < first) {
      key(line, number);
      return;
    }
    if (number != last + 1 || number > seq) {
      throw line.refuse(
          "seq", last == seq ? "no more entries of room " + room : String.valueOf(last + 1));
    }
    last = number;
    entries++;
    append(
        new Entry(
            number,
            line.number("at"),
            line.text("event", NAME),
            line.has("user") ? user(line) : null,
            line.value("payload"),
            line.has("key") ? line.text("key", NAME) : null));
  }

  /** What no client could be called is not let in by the back door. */
  private static String user(ExportLine line) {
    String user = line.text("user", USER);
    if (PrototypeNames.contains(user)) {
      throw line.refuse("user", "no name that every JavaScript object has");
    }
    return user;
  }

  /**
   * A dropped entry of which only the key is known. It is written as an entry, and dropped with the
   * snapshot after it.
   */
  private void key(ExportLine line, long number) {
    line.only("entry", "seq", "key");
    if (hasBase || closing != null) {
      throw line.refuse("seq", "a number from " + first + ", or this before the snapshots");
    }
    if (number <= lastKey) {
      throw line.refuse("seq", "a number above " + lastKey);
    }
    lastKey = number;
    append(new Entry(number, 0, "push", null, Payload.NULL, line.text("key", NAME)));
  }

  private void append(Entry entry) {
    appends.add(new Journal.Append(room, epoch, Durability.SYNC, entry));
  }

  private void complete() {
    if (room == null) {
      return;
    }
    if (last != seq) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD, "room " + room + " ends at " + last + ", expected " + seq);
    }
    if (lastKey > 0 && !hasBase && (closing == null || first <= seq)) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD,
          "room " + room + " has keys of entries that are gone, expected a snapshot behind them");
    }
    if (closing != null) {
      save(closing, first > seq ? NOTHING_BEFORE : Retention.ALL);
    }
    room = null;
  }

  void end(ExportLine line) {
    complete();
    if (line.number("end") != entries) {
      throw line.refuse("end", entries + ", the entries that came");
    }
  }

  private void flush() {
    if (!appends.isEmpty()) {
      writes.add(services.store().journal().append(spec.id(), generation, List.copyOf(appends)));
      appends.clear();
    }
  }

  /** Completes once all lines so far are in the store. */
  Future<Void> written() {
    flush();
    Future<Void> all = Future.all(List.copyOf(writes)).mapEmpty();
    writes.clear();
    return all;
  }
}
