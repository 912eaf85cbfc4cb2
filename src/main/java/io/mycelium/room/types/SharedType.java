package io.mycelium.room.types;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
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
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * One map that all write (drawing board): a push is an object whose keys are set, last writer wins.
 * The initial state declares the keys; others are refused by name unless the room is {@code open}.
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
    PMap<String, JsonNode> initial = HashTreePMap.empty();
    if (settings.state() != null) {
      if (!settings.state().isObject()) {
        throw Refusal.of(
            ErrorCode.INVALID_CONFIG,
            "state",
            settings.state(),
            "an object whose keys the room may set");
      }
      for (Map.Entry<String, JsonNode> field : settings.state().properties()) {
        initial = initial.plus(field.getKey(), field.getValue());
      }
    }
    return new Logic(initial, settings.open());
  }

  record Logic(PMap<String, JsonNode> initial, boolean open)
      implements RoomLogic<PMap<String, JsonNode>> {
    @Override
    public PMap<String, JsonNode> init() {
      return initial;
    }

    @Override
    public Effects onPush(PMap<String, JsonNode> state, Push push) {
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

    private Effects declaredOnly(PMap<String, JsonNode> state, Push push) {
      for (Map.Entry<String, JsonNode> field : push.payload().tree().properties()) {
        if (!state.containsKey(field.getKey())) {
          return Effects.reject(
              ErrorCode.UNDECLARED_KEY.reason(),
              "key is " + field.getKey() + ", expected one of " + new TreeSet<>(state.keySet()));
        }
      }
      return Effects.append(push);
    }

    @Override
    public PMap<String, JsonNode> apply(PMap<String, JsonNode> state, Entry entry) {
      PMap<String, JsonNode> next = state;
      for (Map.Entry<String, JsonNode> field : entry.payload().tree().properties()) {
        next = next.plus(field.getKey(), field.getValue());
      }
      return next;
    }

    @Override
    public Payload save(PMap<String, JsonNode> state) {
      return Payload.of(state);
    }

    @Override
    public PMap<String, JsonNode> restore(Payload saved) {
      PMap<String, JsonNode> state = HashTreePMap.empty();
      for (Map.Entry<String, JsonNode> field : saved.tree().properties()) {
        state = state.plus(field.getKey(), field.getValue());
      }
      return state;
    }

    @Override
    public Payload view(PMap<String, JsonNode> state) {
      return Payload.of(state);
    }

    @Override
    public Payload delta(PMap<String, JsonNode> state, List<Entry> entries) {
      if (entries.size() == 1) {
        return entries.get(0).payload();
      }
      Map<String, JsonNode> changed = new LinkedHashMap<>();
      for (Entry entry : entries) {
        entry
            .payload()
            .tree()
            .properties()
            .forEach(field -> changed.put(field.getKey(), field.getValue()));
      }
      return Payload.of(changed);
    }
  }
}
