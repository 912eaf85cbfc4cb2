package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a client has seen of a room: it must be all entries in their order. */
final class View {
  private final String client;
  private final RoomKey room;
  private final Ledger ledger;

  /** Of the pushes; the first is of entry {@link #first}. */
  private final List<String> ids = new ArrayList<>();

  private long first = 1;
  private String epoch;

  View(String client, RoomKey room, Ledger ledger) {
    this.client = client;
    this.room = room;
    this.ledger = ledger;
  }

  String client() {
    return client;
  }

  RoomKey room() {
    return room;
  }

  /** The last entry that was seen. */
  long seq() {
    return first + ids.size() - 1;
  }

  long first() {
    return first;
  }

  List<String> ids() {
    return ids;
  }

  /** Null before the first join. */
  JsonObject position() {
    return epoch == null ? null : new JsonObject().put("seq", seq()).put("epoch", epoch);
  }

  /**
   * A join was answered.
   *
   * @param recovered null if the join had no position
   */
  void joined(String now, long last, Boolean recovered) {
    if (recovered != null && !recovered) {
      ledger.violated(
          Rule.RESUMED,
          client
              + " in "
              + room
              + " came back at "
              + seq()
              + " of epoch "
              + epoch
              + ", and was sent the whole state up to "
              + last
              + " of epoch "
              + now);
    }
    epoch = now;
  }

  /** The whole state: at the first join, or where a position was not taken. */
  void state(JsonObject payload) {
    JsonObject state = payload.getJsonObject("data").getJsonObject("state");
    ids.clear();
    first = payload.getLong("seq") + 1;
    state.fieldNames().stream()
        .map(Long::parseLong)
        .sorted(Comparator.naturalOrder())
        .forEach(
            seq -> {
              if (ids.isEmpty()) {
                first = seq;
              }
              saw(seq, state.getJsonObject(String.valueOf(seq)));
            });
  }

  void message(JsonObject payload) {
    JsonObject state = payload.getJsonObject("data").getJsonObject("state");
    for (String seq : state.fieldNames()) {
      saw(Long.parseLong(seq), state.getJsonObject(seq));
    }
  }

  private void saw(long seq, JsonObject entry) {
    if (seq != seq() + 1) {
      ledger.violated(
          Rule.GAPLESS_VIEW,
          client + " in " + room + " got entry " + seq + " after entry " + seq());
    }
    if (seq <= seq()) {
      return;
    }
    while (seq() < seq - 1) {
      ids.add(null);
    }
    ids.add(entry.getJsonObject("payload").getString("id"));
  }
}
