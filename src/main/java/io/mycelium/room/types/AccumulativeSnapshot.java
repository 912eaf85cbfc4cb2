package io.mycelium.room.types;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import java.util.Base64;
import java.util.List;

/**
 * The entries of an accumulative room's state as JSON: <code>
 * [[seq, at, event, user, payload], ...]</code>; a binary payload is Base64 in a sixth element.
 */
final class AccumulativeSnapshot {
  private static final int BINARY = 5;

  private AccumulativeSnapshot() {}

  static Payload write(List<Entry> entries) {
    JsonWriter out = new JsonWriter(2 + entries.size() * 128).raw('[');
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      write(out, entries.get(i));
    }
    return Payload.json(out.raw(']').toBytes());
  }

  private static void write(JsonWriter out, Entry entry) {
    out.raw('[').number(entry.seq()).raw(',').number(entry.at()).raw(',');
    out.quote(entry.event()).raw(',');
    if (entry.user() == null) {
      out.raw(Payload.NULL.bytes());
    } else {
      out.quote(entry.user());
    }
    out.raw(',');
    if (entry.payload().isBinary()) {
      out.raw(Payload.NULL.bytes()).raw(',');
      out.quote(Base64.getEncoder().encodeToString(entry.payload().bytes()));
    } else {
      out.raw(entry.payload().bytes());
    }
    out.raw(']');
  }

  /** Payloads keep their bytes: a parser would change the text of some numbers. */
  static Tail read(Payload saved, Tail empty) {
    Tail tail = empty;
    for (Payload element : RawFields.elements(saved)) {
      List<Payload> entry = RawFields.elements(element);
      tail =
          tail.append(
              new Entry(
                  entry.get(0).tree().longValue(),
                  entry.get(1).tree().longValue(),
                  entry.get(2).tree().textValue(),
                  entry.get(3).tree().textValue(),
                  payload(entry)));
    }
    return tail;
  }

  private static Payload payload(List<Payload> entry) {
    return entry.size() > BINARY
        ? Payload.binary(Base64.getDecoder().decode(entry.get(BINARY).tree().textValue()))
        : entry.get(4);
  }
}
