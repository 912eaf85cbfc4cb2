package io.mycelium.journal.memory;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Keeps the newest entries of each room, and its snapshots, in this process: bounded by count and
 * bytes, lost with the process.
 */
public final class MemoryJournal implements Journal, SnapshotStore {
  private static final Read NOTHING = new Read(List.of(), true);

  private final JournalConfig config;
  private final Map<String, InstanceLog> logs = new ConcurrentHashMap<>();

  public MemoryJournal(JournalConfig config) {
    this.config = config;
  }

  @Override
  public ErrorCode refusal() {
    return null;
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    return write(instance, log -> log.fence(generation));
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    return write(instance, log -> log.append(generation, entries, config));
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    InstanceLog log = logs.get(instance);
    return Future.succeededFuture(log == null ? Map.of() : log.rooms());
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    return Future.succeededFuture(
        find(instance, room, log -> log.read(Math.max(0, after), limit), NOTHING));
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    return Future.succeededFuture(
        find(instance, room, log -> log.readBefore(before, limit), NOTHING));
  }

  @Override
  public Future<Void> deleteRoom(String instance, String room) {
    InstanceLog log = logs.get(instance);
    if (log != null) {
      log.delete(room);
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> save(
      String instance, long generation, String room, Snapshot snapshot, Retention retention) {
    return write(instance, log -> log.save(generation, room, snapshot, retention));
  }

  @Override
  public Future<Snapshot> at(String instance, String room, long seq) {
    return Future.succeededFuture(find(instance, room, log -> log.snapshotAt(seq), null));
  }

  /** Removes an instance's entries and snapshots. */
  void deleteInstance(String instance) {
    logs.remove(instance);
  }

  /** Starts a new instance. */
  void register(String instance, long generation) {
    logs.put(instance, new InstanceLog(generation));
  }

  /** The highest generation that wrote or fenced; {@code otherwise} if the instance is gone. */
  long generation(String instance, long otherwise) {
    InstanceLog log = logs.get(instance);
    return log == null ? otherwise : log.generation();
  }

  private Future<Void> write(String instance, Function<InstanceLog, Future<Void>> work) {
    InstanceLog log = logs.get(instance);
    return log == null
        ? Future.failedFuture(
            new IllegalStateException("instance " + instance + " is not registered"))
        : work.apply(log);
  }

  private <T> T find(String instance, String room, Function<MemoryRoom, T> ask, T otherwise) {
    InstanceLog log = logs.get(instance);
    return log == null ? otherwise : log.find(room, ask, otherwise);
  }

  /** Only a read from another thread contends for the lock: an instance has one writer. */
  private static final class InstanceLog {
    private final Map<String, MemoryRoom> rooms = new HashMap<>();
    private long generation;

    InstanceLog(long generation) {
      this.generation = generation;
    }

    synchronized long generation() {
      return generation;
    }

    synchronized Future<Void> fence(long writer) {
      if (writer < generation) {
        return Future.failedFuture(fenced(writer));
      }
      generation = writer;
      return Future.succeededFuture();
    }

    private IllegalStateException fenced(long writer) {
      return new IllegalStateException(
          "writer is of generation " + writer + ", expected " + generation + " or newer");
    }

    synchronized Future<Void> append(long writer, List<Append> entries, JournalConfig config) {
      if (writer < generation) {
        return Future.failedFuture(fenced(writer));
      }
      generation = writer;
      for (int i = 0; i < entries.size(); i++) {
        Append append = entries.get(i);
        room(append.room(), append.epoch(), append.entry().seq()).add(append.entry(), config);
      }
      return Future.succeededFuture();
    }

    /** A first entry of another epoch replaces the kept history. */
    private MemoryRoom room(String name, String epoch, long seq) {
      MemoryRoom room = rooms.get(name);
      if (room == null || seq == 1 && !room.epoch().equals(epoch)) {
        room = new MemoryRoom();
        rooms.put(name, room);
      }
      room.epoch(epoch);
      return room;
    }

    synchronized Future<Void> save(
        long writer, String name, Snapshot snapshot, Retention retention) {
      if (writer < generation) {
        return Future.failedFuture(fenced(writer));
      }
      generation = writer;
      MemoryRoom kept = rooms.get(name);
      boolean isBehind = kept != null && kept.last() > snapshot.seq();
      room(name, snapshot.epoch(), isBehind ? 1 : snapshot.seq()).save(snapshot, retention);
      return Future.succeededFuture();
    }

    synchronized Map<String, Room> rooms() {
      Map<String, Room> found = new HashMap<>();
      rooms.forEach((name, room) -> found.put(name, room.describe()));
      return found;
    }

    synchronized <T> T find(String name, Function<MemoryRoom, T> ask, T otherwise) {
      MemoryRoom room = rooms.get(name);
      return room == null ? otherwise : ask.apply(room);
    }

    synchronized void delete(String room) {
      rooms.remove(room);
    }
  }
}
