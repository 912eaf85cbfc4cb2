package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a client that knows the protocol shows of one room; it checks the sequence. */
final class RoomView {
  private final Set<String> users = new TreeSet<>();
  private JsonObject state;
  private long seq;
  private int messages;
  private int states;
  private long missing;

  void take(List<JsonArray> frames) {
    frames.forEach(frame -> take(frame.getString(3), frame.getValue(4)));
  }

  private void take(String event, Object payload) {
    JsonObject json = payload instanceof JsonObject object ? object : new JsonObject();
    switch (event) {
      case "state" -> {
        assertThat(json.getLong("seq")).isGreaterThanOrEqualTo(seq);
        state = json.getJsonObject("data").getJsonObject("state");
        seq = json.getLong("seq");
        states++;
      }
      case "msg" -> message(json);
      case "dropped" -> {
        assertThat(json.getLong("from")).isEqualTo(seq + 1);
        assertThat(json.getLong("to")).isGreaterThan(seq);
        missing += json.getLong("to") - seq;
        seq = json.getLong("to");
      }
      case "presence_state" -> {
        users.clear();
        users.addAll(refs(json));
      }
      case "presence_diff" -> {
        users.addAll(refs(json.getJsonObject("joins")));
        users.removeAll(refs(json.getJsonObject("leaves")));
      }
      case "phx_reply" -> assertThat(json.getString("status")).as("%s", json).isEqualTo("ok");
      default -> throw new AssertionError(event + " " + json);
    }
  }

  private static Set<String> refs(JsonObject users) {
    Set<String> refs = new TreeSet<>();
    for (String user : users.fieldNames()) {
      JsonArray metas = users.getJsonObject(user).getJsonArray("metas");
      metas.forEach(meta -> refs.add(user + " " + ((JsonObject) meta).getString("phx_ref")));
    }
    return refs;
  }

  private void message(JsonObject json) {
    JsonObject data = json.getJsonObject("data");
    JsonObject changes = data.getJsonObject("state");
    assertThat(json.getLong("seq")).isGreaterThan(seq);
    if (data.getString("type").equals("accumulative")) {
      assertThat(changes.fieldNames()).containsExactly(String.valueOf(seq + 1));
    }
    for (String key : changes.fieldNames()) {
      if (changes.getValue(key) == null && data.getString("type").equals("collaborative")) {
        state.remove(key);
      } else {
        state.put(key, changes.getValue(key));
      }
    }
    seq = json.getLong("seq");
    messages++;
  }

  JsonObject state() {
    return state;
  }

  long seq() {
    return seq;
  }

  /** Each channel that is in the room. */
  Set<String> users() {
    return users;
  }

  int messages() {
    return messages;
  }

  int states() {
    return states;
  }

  /** Entries that were dropped, as the client was told. */
  long missing() {
    return missing;
  }
}
