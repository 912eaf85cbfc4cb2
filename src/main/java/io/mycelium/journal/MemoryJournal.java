package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the newest entries of each room in this process: bounded by count and bytes, gone with the
 * process.
 */
public final class MemoryJournal implements Journal {
  private final JournalConfig config;
  private final Map<String, InstanceLog> logs = new ConcurrentHashMap<>();

  public MemoryJournal(JournalConfig config) {
    this.config = config;
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    logs.computeIfAbsent(instance, id -> new InstanceLog()).fence(generation);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    InstanceLog log = logs.computeIfAbsent(instance, id -> new InstanceLog());
    return log.append(generation, entries, config);
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    InstanceLog log = logs.get(instance);
    return Future.succeededFuture(
        log == null ? new Read(List.of(), after == 0) : log.read(room, after, limit));
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
  public Future<Void> deleteInstance(String instance) {
    logs.remove(instance);
    return Future.succeededFuture();
  }

  @Override
  public long bytesInMemory(String instance) {
    InstanceLog log = logs.get(instance);
    return log == null ? 0 : log.bytes();
  }

  /** The lock is free but for a read from another thread: an instance has one writer. */
  private static final class InstanceLog {
    private final Map<String, RoomLog> rooms = new HashMap<>();
    private long generation;

    synchronized void fence(long writer) {
      generation = Math.max(generation, writer);
    }

    synchronized Future<Void> append(long writer, List<Append> entries, JournalConfig config) {
      if (writer < generation) {
        return Future.failedFuture(
            new IllegalStateException(
                "writer is of generation " + writer + ", expected " + generation + " or newer"));
      }
      generation = writer;
      for (int i = 0; i < entries.size(); i++) {
        Append append = entries.get(i);
        rooms.computeIfAbsent(append.room(), room -> new RoomLog()).add(append.entry(), config);
      }
      return Future.succeededFuture();
    }

    synchronized Read read(String room, long after, int limit) {
      RoomLog log = rooms.get(room);
      return log == null ? new Read(List.of(), after == 0) : log.read(after, limit);
    }

    synchronized long bytes() {
      return rooms.values().stream().mapToLong(RoomLog::bytes).sum();
    }

    synchronized void delete(String room) {
      rooms.remove(room);
    }
  }

  private static final class RoomLog {
    /** The objects around an entry's payload: entry, payload, array, user, a place in the queue. */
    private static final int ENTRY_BYTES = 160;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;

    long bytes() {
      return bytes + (long) ENTRY_BYTES * entries.size();
    }

    void add(Entry entry, JournalConfig config) {
      entries.add(entry);
      bytes += entry.payload().length();
      while (entries.size() > config.maxEntriesPerRoom()
          || bytes > config.maxBytesPerRoom() && entries.size() > 1) {
        bytes -= entries.remove().payload().length();
      }
    }

    Read read(long after, int limit) {
      long oldest = entries.isEmpty() ? Long.MAX_VALUE : entries.getFirst().seq();
      List<Entry> found = new ArrayList<>();
      for (Entry entry : entries) {
        if (entry.seq() > after && found.size() < limit) {
          found.add(entry);
        }
      }
      return new Read(found, oldest <= after + 1);
    }
  }
}
