package io.mycelium.room.types;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;

/**
 * An append-only list (chat). The state holds the last {@code history} entries by sequence, or as
 * many of them as {@code max_state_bytes} allows: <code>
 * {"7": {"user": {"id": "ada"}, "payload": ..., "at": 1795485714000}}</code>.
 */
public final class AccumulativeType implements RoomType {
  @Override
  public String name() {
    return "accumulative";
  }

  @Override
  public String description() {
    return "An append-only list of messages, such as a chat; a join shows the last ones";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic(settings.history(), settings.limits().maxStateBytes());
  }

  record Logic(int history, int maxBytes) implements RoomLogic<Tail> {
    private static final byte[] USER = JsonWriter.constant("\":{\"user\":{\"id\":");
    private static final byte[] PAYLOAD = JsonWriter.constant("},\"payload\":");
    private static final byte[] AT = JsonWriter.constant(",\"at\":");

    @Override
    public Tail init() {
      return Tail.empty(history, maxBytes);
    }

    @Override
    public Effects onPush(Tail state, Push push) {
      return Push.PUSH.equals(push.event()) ? Effects.append(push) : UnknownEvent.reject(push);
    }

    @Override
    public Tail apply(Tail state, Entry entry) {
      return state.append(entry);
    }

    @Override
    public Payload view(Tail state) {
      return render(state.entries());
    }

    @Override
    public Payload delta(Tail state, List<Entry> entries) {
      return render(entries);
    }

    @Override
    public Payload save(Tail state) {
      return AccumulativeSnapshot.write(state.entries());
    }

    @Override
    public Tail restore(Payload saved) {
      return AccumulativeSnapshot.read(saved, init());
    }

    @Override
    public long size(Tail state) {
      return state.bytes();
    }

    @Override
    public boolean broadcastsBinary() {
      return true;
    }

    private static Payload render(List<Entry> entries) {
      int size = 1 + Math.max(1, entries.size());
      for (int i = 0; i < entries.size(); i++) {
        size += size(entries.get(i));
      }
      JsonWriter out = new JsonWriter(size);
      out.raw('{');
      for (int i = 0; i < entries.size(); i++) {
        if (i > 0) {
          out.raw(',');
        }
        write(out, entries.get(i));
      }
      return Payload.json(out.raw('}').toBytes());
    }

    /**
     * Size of the {@linkplain #write written} text, if the user's id is plain ASCII and the payload
     * is JSON.
     */
    private static int size(Entry entry) {
      String user = entry.user();
      return 1
          + JsonWriter.digits(entry.seq())
          + USER.length
          + (user == null ? Payload.NULL.length() : user.length() + 2)
          + PAYLOAD.length
          + entry.payload().length()
          + AT.length
          + JsonWriter.digits(entry.at())
          + 1;
    }

    private static void write(JsonWriter out, Entry entry) {
      out.raw('"').number(entry.seq()).raw(USER);
      if (entry.user() == null) {
        out.raw(Payload.NULL.bytes());
      } else {
        out.quote(entry.user());
      }
      out.raw(PAYLOAD).raw(entry.payload().asJson()).raw(AT).number(entry.at()).raw('}');
    }
  }
}
