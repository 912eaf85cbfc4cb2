package io.mycelium.room.types;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One map that all users write (drawing board): a push is an object whose keys are set; the last
 * writer wins. The initial state declares the keys; a push with another key is refused by name
 * unless the room is {@code open}.
 */
public final class SharedType implements RoomType {
  @Override
  public String name() {
    return "shared";
  }

  @Override
  public String description() {
    return "One map of declared keys that everyone sets, such as a drawing board; last writer wins";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    Payloads initial = Payloads.empty(1);
    if (settings.state() != null) {
      if (!settings.state().isObject()) {
        throw Refusal.of(
            ErrorCode.INVALID_CONFIG,
            "state",
            settings.state(),
            "an object whose keys the room may set");
      }
      for (Map.Entry<String, JsonNode> field : settings.state().properties()) {
        initial = initial.plus(field.getKey(), Payload.of(field.getValue()));
      }
    }
    return new Logic(initial, settings.open());
  }

  record Logic(Payloads initial, boolean open) implements RoomLogic<Payloads> {
    @Override
    public Payloads init() {
      return initial;
    }

    @Override
    public Effects onPush(Payloads state, Push push) {
      if (!Push.PUSH.equals(push.event())) {
        return UnknownEvent.reject(push);
      }
      if (!push.payload().isObject()) {
        String found = push.payload().isBinary() ? "binary" : "JSON that is no object";
        return Effects.reject(
            ErrorCode.INVALID_PAYLOAD.reason(),
            "payload is " + found + ", expected an object of the keys to set");
      }
      return open ? Effects.append(push) : declaredOnly(state, push);
    }

    private Effects declaredOnly(Payloads state, Push push) {
      for (String key : fields(push.payload()).keySet()) {
        if (!state.map().containsKey(key)) {
          return Effects.reject(
              ErrorCode.UNDECLARED_KEY.reason(),
              "key is " + key + ", expected one of " + new TreeSet<>(state.map().keySet()));
        }
      }
      return Effects.append(push);
    }

    /** The last value of a repeated key counts. */
    private static Map<String, Payload> fields(Payload object) {
      Map<String, Payload> fields = new LinkedHashMap<>();
      RawFields.forEach(object, fields::put);
      return fields;
    }

    @Override
    public Payloads apply(Payloads state, Entry entry) {
      return with(state, entry.payload());
    }

    private static Payloads with(Payloads state, Payload object) {
      Payloads next = state;
      for (Map.Entry<String, Payload> field : fields(object).entrySet()) {
        next = next.plus(field.getKey(), field.getValue());
      }
      return next;
    }

    @Override
    public Payload save(Payloads state) {
      return render(state.map());
    }

    @Override
    public Payloads restore(Payload saved) {
      return with(Payloads.empty(1), saved);
    }

    @Override
    public Payload view(Payloads state) {
      return render(state.map());
    }

    @Override
    public long size(Payloads state) {
      return state.size();
    }

    @Override
    public Payload delta(Payloads state, List<Entry> entries) {
      if (entries.size() == 1) {
        return entries.get(0).payload();
      }
      Map<String, Payload> changed = new LinkedHashMap<>();
      for (Entry entry : entries) {
        changed.putAll(fields(entry.payload()));
      }
      return render(changed);
    }

    private static Payload render(Map<String, Payload> fields) {
      int size = 1 + Math.max(1, fields.size());
      for (Map.Entry<String, Payload> field : fields.entrySet()) {
        size += JsonWriter.quotedLength(field.getKey()) + 1 + field.getValue().length();
      }
      JsonWriter out = new JsonWriter(size).raw('{');
      boolean first = true;
      for (Map.Entry<String, Payload> field : fields.entrySet()) {
        if (!first) {
          out.raw(',');
        }
        first = false;
        out.quote(field.getKey()).raw(':').raw(field.getValue().asJson());
      }
      return Payload.json(out.raw('}').toBytes());
    }
  }
}
