package io.mycelium.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mycelium.protocol.Payload;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/** The simplest model of a room of a built-in type, and of a client that applies its messages. */
interface RoomModel {
  /** Whether the push is accepted; records its effect. */
  boolean push(long seq, String user, Payload payload);

  /** Whether the user's leaving makes an entry. */
  boolean lastChannelOf(String user);

  /** The state as a join must show it. */
  JsonNode state();

  /** What a client does with a delta. */
  void apply(ObjectNode state, ObjectNode delta);

  static RoomModel of(String type, int history) {
    return switch (type) {
      case "accumulative" -> new Accumulative(history, new TreeMap<>());
      case "shared" -> new Shared(JsonNodeFactory.instance.objectNode().put("a", 0).put("b", 0));
      default -> new Collaborative(JsonNodeFactory.instance.objectNode());
    };
  }

  /** All entries; a client and the state keep the last ones. */
  record Accumulative(int history, TreeMap<Long, ObjectNode> entries) implements RoomModel {
    @Override
    public boolean push(long seq, String user, Payload payload) {
      ObjectNode entry = JsonNodeFactory.instance.objectNode();
      entry.putObject("user").put("id", user);
      entry.set("payload", Payload.json(payload.asJson()).tree());
      entries.put(seq, entry.put("at", 7));
      return true;
    }

    @Override
    public boolean lastChannelOf(String user) {
      return false;
    }

    @Override
    public JsonNode state() {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      entries.forEach((seq, entry) -> all.set(String.valueOf(seq), entry));
      return trim(all);
    }

    @Override
    public void apply(ObjectNode state, ObjectNode delta) {
      state.setAll(delta);
      trim(state);
    }

    private ObjectNode trim(ObjectNode all) {
      TreeMap<Long, String> keys = new TreeMap<>();
      all.fieldNames().forEachRemaining(key -> keys.put(Long.parseLong(key), key));
      for (Iterator<String> oldest = keys.values().iterator(); all.size() > history; ) {
        all.remove(oldest.next());
      }
      return all;
    }
  }

  /** Keys a and b are declared. */
  record Shared(ObjectNode map) implements RoomModel {
    @Override
    public boolean push(long seq, String user, Payload payload) {
      if (payload.isBinary() || !payload.tree().isObject()) {
        return false;
      }
      ObjectNode given = (ObjectNode) payload.tree();
      if (!given.deepCopy().remove(List.of("a", "b")).isEmpty()) {
        return false;
      }
      map.setAll(given);
      return true;
    }

    @Override
    public boolean lastChannelOf(String user) {
      return false;
    }

    @Override
    public JsonNode state() {
      return map;
    }

    @Override
    public void apply(ObjectNode state, ObjectNode delta) {
      state.setAll(delta);
    }
  }

  /** The last payload of each user. */
  record Collaborative(ObjectNode users) implements RoomModel {
    @Override
    public boolean push(long seq, String user, Payload payload) {
      ObjectNode entry = JsonNodeFactory.instance.objectNode().put("user", user);
      users.set(user, entry.set("payload", Payload.json(payload.asJson()).tree()));
      return true;
    }

    @Override
    public boolean lastChannelOf(String user) {
      return users.remove(user) != null;
    }

    @Override
    public JsonNode state() {
      return users;
    }

    @Override
    public void apply(ObjectNode state, ObjectNode delta) {
      delta
          .properties()
          .forEach(
              user -> {
                if (user.getValue().isNull()) {
                  state.remove(user.getKey());
                } else {
                  state.set(user.getKey(), user.getValue());
                }
              });
    }
  }
}
