package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * An instance as lines of JSON, a page at a time: see docs/durability.md for what each line is.
 * Entries that come while it is exported are not in it.
 */
final class Exports {
  private static final int FORMAT = 1;

  private final Node node;

  Exports(Node node) {
    this.node = node;
  }

  /**
   * The first lines, and what is to be asked for next: {@code {text, rooms: [{room, upTo,
   * after}]}}. On the instance's thread; what is made of it completes on any.
   */
  Future<JsonObject> head(Instance instance) {
    InstanceSpec spec = instance.spec();
    StringBuilder text = new StringBuilder();
    text.append(
            new JsonObject()
                .put("mycelium", FORMAT)
                .put("createdAt", spec.createdAt().toEpochMilli())
                .put("instance", spec.toJson())
                .encode())
        .append('\n');
    List<Future<JsonObject>> rooms = new ArrayList<>();
    for (Room room : instance.rooms()) {
      rooms.add(head(spec.id(), room, room.seq(), room.epoch()));
    }
    return Future.join(rooms)
        .map(
            all -> {
              JsonArray pages = new JsonArray();
              for (Future<JsonObject> each : rooms) {
                text.append(each.result().remove("text"));
                if (each.result().getLong("after") < each.result().getLong("upTo")) {
                  pages.add(each.result());
                }
              }
              return new JsonObject().put("text", text.toString()).put("rooms", pages);
            });
  }

  private Future<JsonObject> head(String id, Room room, long seq, String epoch) {
    JsonObject line = new JsonObject().put("room", room.name()).put("epoch", epoch).put("seq", seq);
    if (room.settings().durability() == Durability.NONE) {
      Snapshot now = room.snapshot(0).write(node.clock().getAsLong());
      String text = line.encode() + '\n' + (now == null ? "" : snapshotLine(room.name(), now));
      return Future.succeededFuture(page(room.name(), seq, seq, text));
    }
    return node.store()
        .journal()
        .rooms(id)
        .compose(
            kept -> {
              Journal.Room found = kept.get(room.name());
              long before = found == null || found.oldest() <= 1 ? 0 : found.oldest() - 1;
              return before == 0
                  ? Future.succeededFuture(page(room.name(), 0, seq, line.encode() + '\n'))
                  : node.store()
                      .snapshots()
                      .at(id, room.name(), before)
                      .map(base -> from(base, room.name(), seq, line));
            });
  }

  /** Where the first entries are gone, the snapshot in their place comes first. */
  private static JsonObject from(Snapshot base, String room, long seq, JsonObject line) {
    if (base == null) {
      throw new Refusal(
          ErrorCode.INTERNAL, "the first entries of room " + room + " are gone without a snapshot");
    }
    return page(room, base.seq(), seq, line.encode() + '\n' + snapshotLine(room, base));
  }

  private static JsonObject page(String room, long after, long upTo, String text) {
    return new JsonObject()
        .put("room", room)
        .put("after", after)
        .put("upTo", upTo)
        .put("text", text);
  }

  private static String snapshotLine(String room, Snapshot snapshot) {
    return new JsonObject()
            .put("snapshot", room)
            .put("seq", snapshot.seq())
            .put("at", snapshot.at())
            .put("tickAt", snapshot.tickAt())
            .put("state", snapshot.state().toString())
            .encode()
        + '\n';
  }

  /** Entries of a room behind {@code after}: {@code {text, count, last}}. */
  Future<JsonObject> page(String id, String room, long after, long upTo, int limit) {
    int wanted = (int) Math.min(limit, upTo - after);
    return node.store()
        .journal()
        .read(id, room, after, wanted)
        .map(
            read -> {
              if (!read.complete() || read.entries().isEmpty()) {
                throw new Refusal(
                    ErrorCode.NOT_FOUND, "entries of room " + room + " went while it was exported");
              }
              JsonWriter out = new JsonWriter(read.entries().size() * 160);
              for (Entry entry : read.entries()) {
                EntryLine.write(out, room, entry);
              }
              long last = read.entries().get(read.entries().size() - 1).seq();
              return new JsonObject()
                  .put("text", Buffer.buffer(out.toBytes()).toString())
                  .put("count", read.entries().size())
                  .put("last", last);
            });
  }
}
