package io.mycelium.instance;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One instance being made from the lines of an export, which go into the store as they come. Until
 * the last line it is registered as failed, so that nobody finds half of it. On the deployer's
 * context.
 */
final class Import {
  private static final long GENERATION = 1;
  private static final String UNFINISHED =
      "its import was not finished: delete it and import again";

  private final Node node;
  private final String id;
  private final Map<String, JsonNode> rooms = new HashMap<>();
  private final Map<String, Long> last = new HashMap<>();
  private InstanceSpec spec;
  private long lines;
  private long entries;
  private boolean ended;
  private boolean registered;

  Import(Node node, String id) {
    this.node = node;
    this.id = id;
  }

  /** Whether the instance's row is its own. */
  boolean isRegistered() {
    return registered;
  }

  /**
   * Takes some lines, each a whole one.
   *
   * @return completes once they are in the store; fails with a {@link Refusal} that names the line
   */
  Future<Void> add(String text) {
    List<Journal.Append> appends = new ArrayList<>();
    Future<Void> done = Future.succeededFuture();
    for (String line : text.split("\n")) {
      lines++;
      if (!line.isBlank()) {
        Future<Void> taken = take(Payload.checked(line).tree(), appends);
        done = done.compose(before -> taken);
      }
    }
    return done.compose(before -> append(appends));
  }

  private Future<Void> append(List<Journal.Append> appends) {
    return appends.isEmpty()
        ? Future.succeededFuture()
        : node.store().journal().append(id, GENERATION, appends);
  }

  private Future<Void> take(JsonNode line, List<Journal.Append> appends) {
    if (spec == null) {
      return begin(line);
    }
    if (ended) {
      throw wrong("nothing behind the line with end");
    }
    if (line.has("room")) {
      rooms.put(room(line.get("room").textValue()), line);
    } else if (line.has("snapshot")) {
      return snapshot(room(line.get("snapshot").textValue()), line);
    } else if (line.has("entry")) {
      appends.add(entry(room(line.get("entry").textValue()), line));
    } else if (line.path("end").isIntegralNumber()) {
      end(line.get("end").longValue());
    } else {
      throw wrong("a line with room, snapshot, entry or end");
    }
    return Future.succeededFuture();
  }

  private Refusal wrong(String expected) {
    return new Refusal(ErrorCode.INVALID_PAYLOAD, "line " + lines + ": expected " + expected);
  }

  private Future<Void> begin(JsonNode line) {
    if (line.path("mycelium").intValue() != 1 || !line.path("instance").isObject()) {
      throw wrong("{\"mycelium\": 1, \"instance\": {...}} as the first one");
    }
    JsonObject json = new JsonObject(line.get("instance").toString()).put("id", id);
    InstanceSpec read = InstanceSpec.read(json);
    Instant createdAt = Instant.ofEpochMilli(line.path("createdAt").longValue());
    spec = new InstanceSpec(id, read.name(), read.type(), read.config(), read.rooms(), createdAt);
    spec.rooms().values().forEach(node.types()::open);
    InstanceStore.Registered row =
        new InstanceStore.Registered(
            id,
            spec.name(),
            spec.type(),
            spec.toJson().encode(),
            createdAt.toEpochMilli(),
            GENERATION,
            true,
            UNFINISHED);
    return node.store()
        .instances()
        .create(row)
        .compose(
            isNew -> {
              registered = isNew;
              return isNew
                  ? Future.succeededFuture()
                  : Future.failedFuture(
                      Refusal.of(ErrorCode.ID_TAKEN, "id", id, "an id that no instance has"));
            });
  }

  private String room(String name) {
    if (name == null || !spec.rooms().containsKey(name)) {
      throw wrong("a room of the instance, not " + name);
    }
    return name;
  }

  private Future<Void> snapshot(String room, JsonNode line) {
    long seq = line.path("seq").longValue();
    boolean closing = spec.rooms().get(room).durability() == Durability.NONE;
    last.put(room, seq);
    Snapshot snapshot =
        new Snapshot(
            seq,
            epoch(room),
            line.path("at").longValue(),
            line.path("tickAt").longValue(),
            closing ? GENERATION : 0,
            Payload.checked(line.path("state").asText("null")));
    return node.store().snapshots().save(id, GENERATION, room, snapshot, Retention.ALL);
  }

  private String epoch(String room) {
    JsonNode line = rooms.get(room);
    if (line == null || !line.path("epoch").isTextual()) {
      throw wrong("the line with room " + room + " and its epoch before");
    }
    return line.get("epoch").textValue();
  }

  private Journal.Append entry(String room, JsonNode line) {
    Entry entry;
    try {
      entry = EntryLine.read(line);
    } catch (RuntimeException e) {
      throw wrong("an entry with seq, at, event and payload");
    }
    long expected = last.getOrDefault(room, 0L) + 1;
    if (entry.seq() != expected || entry.event() == null) {
      throw wrong("seq " + expected + " of room " + room + ", not " + entry.seq());
    }
    last.put(room, entry.seq());
    entries++;
    return new Journal.Append(room, epoch(room), Durability.SYNC, entry);
  }

  private void end(long count) {
    if (count != entries) {
      throw wrong("end to be " + entries + ", the entries that came, not " + count);
    }
    ended = true;
  }

  /** The last line was there: from now on the instance can be used. */
  Future<Void> finish() {
    if (!ended) {
      throw wrong("a line with end as the last one");
    }
    return node.store().instances().setFailed(id, false, null);
  }

  /** Leaves nothing behind of what it registered itself. */
  Future<Void> abandon() {
    return node.store().instances().delete(id);
  }
}
