package io.mycelium.instance;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import java.util.Base64;

/**
 * One entry as a line of an export: <code>
 * {"entry": "general", "seq": 7, "at": ..., "event": "push", "user": "ada", "payload": ...}</code>;
 * a binary payload stands as Base64 in {@code binary}, a {@code push_once} has its {@code key}.
 */
final class EntryLine {
  private static final byte[] ROOM = JsonWriter.constant("{\"entry\":");
  private static final byte[] SEQ = JsonWriter.constant(",\"seq\":");
  private static final byte[] AT = JsonWriter.constant(",\"at\":");
  private static final byte[] EVENT = JsonWriter.constant(",\"event\":");
  private static final byte[] USER = JsonWriter.constant(",\"user\":");
  private static final byte[] KEY = JsonWriter.constant(",\"key\":");
  private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
  private static final byte[] BINARY = JsonWriter.constant(",\"binary\":");

  private EntryLine() {}

  static void write(JsonWriter out, String room, Entry entry) {
    out.raw(ROOM).quote(room).raw(SEQ).number(entry.seq()).raw(AT).number(entry.at());
    out.raw(EVENT).quote(entry.event());
    if (entry.user() != null) {
      out.raw(USER).quote(entry.user());
    }
    if (entry.key() != null) {
      out.raw(KEY).quote(entry.key());
    }
    if (entry.payload().isBinary()) {
      out.raw(BINARY).quote(Base64.getEncoder().encodeToString(entry.payload().bytes()));
    } else {
      out.raw(PAYLOAD).raw(entry.payload().bytes());
    }
    out.raw('}').raw('\n');
  }

  /** What {@link #write} wrote. */
  static Entry read(JsonNode line) {
    Payload payload =
        line.has("binary")
            ? Payload.binary(Base64.getDecoder().decode(line.get("binary").textValue()))
            : Payload.of(line.get("payload"));
    return new Entry(
        line.get("seq").longValue(),
        line.get("at").longValue(),
        line.get("event").textValue(),
        line.path("user").textValue(),
        payload,
        line.path("key").textValue());
  }
}
