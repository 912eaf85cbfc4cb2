package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.HistoryQuery;
import io.mycelium.room.Room;
import io.vertx.core.Future;
import java.util.List;

/** Entries as JSON for clients and the REST API, from memory if possible. */
final class EntryList {
  private static final byte[] ENTRIES = JsonWriter.constant("{\"entries\":[");
  private static final byte[] MORE = JsonWriter.constant("],\"more\":");
  private static final byte[] SEQ = JsonWriter.constant("{\"seq\":");
  private static final byte[] AT = JsonWriter.constant(",\"at\":");
  private static final byte[] EVENT = JsonWriter.constant(",\"event\":");
  private static final byte[] USER = JsonWriter.constant(",\"user\":");
  private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
  private static final byte[] TRUE = JsonWriter.constant("true");
  private static final byte[] FALSE = JsonWriter.constant("false");

  private EntryList() {}

  /** Whether memory has all matching entries; always true for a room without durability. */
  static boolean isInMemory(Room room, HistoryQuery query) {
    if (room.settings().durability() == Durability.NONE || room.remembers(0)) {
      return true;
    }
    long first = room.recent() == null ? Long.MAX_VALUE : room.recent().first();
    return query.isForward()
        ? query.after() + 1 >= first
        : Math.min(query.before(), room.seq() + 1) - query.limit() - 1 >= first;
  }

  /** One entry more than requested, if there are more. */
  static List<Entry> inMemory(Room room, HistoryQuery query) {
    if (room.recent() == null) {
      return List.of();
    }
    return query.isForward()
        ? room.recent().after(query.after(), query.limit() + 1)
        : room.recent().before(query.before(), query.limit() + 1);
  }

  /** The same from the journal. */
  static Future<List<Entry>> read(
      Journal journal, String instance, String room, HistoryQuery query) {
    Future<Journal.Read> read =
        query.isForward()
            ? journal.read(instance, room, query.after(), query.limit() + 1)
            : journal.readBefore(instance, room, query.before(), query.limit() + 1);
    return read.map(Journal.Read::entries);
  }

  /** {@code {entries: [...], more}}, oldest first. */
  static byte[] answer(HistoryQuery query, List<Entry> found) {
    boolean more = found.size() > query.limit();
    List<Entry> entries = found;
    if (more) {
      entries =
          query.isForward() ? found.subList(0, query.limit()) : found.subList(1, found.size());
    }
    JsonWriter out = new JsonWriter(64 + entries.size() * 128).raw(ENTRIES);
    write(out, entries);
    return out.raw(MORE).raw(more ? TRUE : FALSE).raw('}').toBytes();
  }

  /** The entries with commas between them. */
  static void write(JsonWriter out, List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      write(out, entries.get(i));
    }
  }

  private static void write(JsonWriter out, Entry entry) {
    out.raw(SEQ).number(entry.seq()).raw(AT).number(entry.at());
    out.raw(EVENT).quote(entry.event()).raw(USER);
    if (entry.user() == null) {
      out.raw(Payload.NULL.bytes());
    } else {
      out.quote(entry.user());
    }
    out.raw(PAYLOAD).raw(entry.payload().asJson()).raw('}');
  }
}
