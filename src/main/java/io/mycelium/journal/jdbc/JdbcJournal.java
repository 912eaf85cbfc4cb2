package io.mycelium.journal.jdbc;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Entries in a database. */
final class JdbcJournal implements Journal {
  private final Writer writer;
  private final Reader reader;
  private final RoomReads rooms;
  private final boolean keepsOrigins;

  /** Null if each entry goes to its table at once. */
  private final UnsortedEntries unsorted;

  /** Generations with a failed append: a later append would leave a gap. */
  private final Set<Failed> failed = ConcurrentHashMap.newKeySet();

  private record Failed(String instance, long generation) {}

  /**
   * @param keepsOrigins whether an entry is stored with the command that made it
   */
  JdbcJournal(
      JournalConfig config,
      Writer writer,
      Reader reader,
      UnsortedEntries unsorted,
      boolean keepsOrigins) {
    this.unsorted = unsorted;
    this.keepsOrigins = keepsOrigins;
    this.writer = writer;
    this.reader = reader;
    this.rooms = new RoomReads(config.pushOnceWindow());
  }

  @Override
  public ErrorCode refusal() {
    return writer.refusal();
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    return add(
        new Write<Void>(instance) {
          @Override
          Void apply(Transaction transaction) throws Fenced {
            transaction.generations().enter(instance, generation);
            return null;
          }
        });
  }

  /** Forgets the failures of an earlier instance with this id. On the writer's thread. */
  void registered(String instance) {
    failed.removeIf(each -> each.instance().equals(instance));
  }

  private <T> Future<T> add(Write<T> write) {
    writer.add(write);
    return write.promise().future();
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    return add(new AppendEntries(instance, generation, entries));
  }

  private final class AppendEntries extends HistoryWrite {
    private final long generation;
    private final List<Append> appends;
    private long bytes;
    private boolean sync;

    AppendEntries(String instance, long generation, List<Append> appends) {
      super(instance);
      this.generation = generation;
      this.appends = appends;
      for (Append append : appends) {
        bytes += append.entry().payload().length();
        sync |= append.durability() == Durability.SYNC;
      }
      promise().future().onFailure(cause -> failed.add(new Failed(instance, generation)));
    }

    @Override
    Collection<Place> places() {
      return appends.stream().map(append -> new Place(instance(), append.room())).toList();
    }

    @Override
    int entries() {
      return appends.size();
    }

    @Override
    long bytes() {
      return bytes;
    }

    @Override
    boolean isUrgent() {
      return sync;
    }

    @Override
    void check(Transaction transaction) throws SQLException, Fenced {
      if (!failed.isEmpty() && failed.contains(new Failed(instance(), generation))) {
        throw new Fenced("an append of this generation failed before");
      }
      transaction.generations().enter(instance(), generation);
      for (Append append : appends) {
        enter(transaction, append.room(), append.epoch(), append.entry().seq());
      }
    }

    @Override
    void write(Transaction transaction) throws SQLException {
      for (Append append : appends) {
        transaction.epochs().enter(transaction, instance(), append.room(), append.epoch());
        Origin origin = keepsOrigins ? append.origin() : null;
        transaction.add(instance(), generation, append.room(), append.entry(), origin);
      }
    }
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    failed.removeIf(each -> each.instance().equals(instance) && !isNewest(each));
    return sorted(instance, null, connection -> rooms.of(connection, instance));
  }

  /**
   * Reads after all entries of a room, or of all rooms of an instance if {@code room} is null, were
   * moved to their table.
   */
  private <T> Future<T> sorted(String instance, String room, Reader.Query<T> query) {
    if (unsorted == null || !unsorted.has(instance)) {
      return reader.read(query);
    }
    if (writer.refusal() == ErrorCode.JOURNAL_UNAVAILABLE) {
      return Future.failedFuture(Reader.unavailable());
    }
    return add(new Sorting(instance, room)).compose(ignored -> reader.read(query));
  }

  /** Moves entries to their table. */
  private static final class Sorting extends Write<Void> {
    private final String room;

    Sorting(String instance, String room) {
      super(instance);
      this.room = room;
    }

    @Override
    Void apply(Transaction transaction) throws SQLException {
      transaction.sort(instance(), room);
      return null;
    }
  }

  /** Keeps the newest failure: its generation may have more appends in flight. */
  private boolean isNewest(Failed one) {
    return failed.stream()
        .noneMatch(
            other ->
                other.instance().equals(one.instance()) && other.generation() > one.generation());
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    return sorted(
        instance,
        room,
        connection -> {
          List<Entry> found = RoomReads.after(connection, instance, room, after, limit);
          long from = Math.max(0, after);
          boolean complete =
              found.isEmpty()
                  ? from >= rooms.last(connection, instance, room)
                  : found.get(0).seq() == from + 1;
          return new Read(found, complete);
        });
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    return sorted(
        instance,
        room,
        connection -> {
          List<Entry> found = RoomReads.before(connection, instance, room, before, limit);
          long oldest = rooms.oldest(connection, instance, room);
          boolean complete =
              oldest == 1 || oldest == 0 && rooms.last(connection, instance, room) == 0;
          return new Read(found, complete);
        });
  }

  @Override
  public Future<Void> deleteRoom(String instance, String room) {
    return add(Deletion.ofRoom(instance, room));
  }
}
