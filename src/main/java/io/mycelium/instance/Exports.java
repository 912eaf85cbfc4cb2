package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.ExportLine;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Snapshot;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Room;
import io.mycelium.room.SnapshotJob;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * An instance as lines of JSON, in small parts; docs/durability.md describes the lines. A room is
 * exported as it is when its turn comes, without later entries.
 */
public final class Exports {
  public static final int FORMAT = 1;

  private static final Journal.Room NOTHING = new Journal.Room(null, null, 0, 0, Map.of());

  private final InstanceServices services;

  public Exports(InstanceServices services) {
    this.services = services;
  }

  /** The first line, and the rooms to request: {@code {text, rooms: [name]}}. */
  static JsonObject head(InstanceSpec spec) {
    JsonObject line =
        new JsonObject()
            .put("mycelium", FORMAT)
            .put("createdAt", spec.createdAt().toEpochMilli())
            .put("instance", spec.toJson());
    return new JsonObject()
        .put("text", line.encode() + '\n')
        .put("rooms", new JsonArray(List.copyOf(new TreeSet<>(spec.rooms().keySet()))));
  }

  /**
   * A room's first lines, and the range of its entries: {@code {text, after, upTo}}. Call it on the
   * instance's context; the future completes on any thread.
   *
   * @param commits of the instance
   */
  Future<JsonObject> room(String instance, Commits commits, Room room) {
    SnapshotJob job = room.look(0);
    Future<Snapshot> now =
        room.seq() == 0
            ? Future.succeededFuture()
            : Vertx.currentContext()
                .executeBlocking(() -> job.write(services.clock().getAsLong()), false)
                .otherwise((Snapshot) null);
    if (room.settings().durability() == Durability.NONE) {
      return now.map(state -> head(job, job.seq() + 1, NOTHING, null, state));
    }
    Journal journal = services.store().journal();
    return commits
        .flush()
        .compose(written -> journal.rooms(instance))
        .compose(
            kept -> {
              Journal.Room found = kept.getOrDefault(job.room(), NOTHING);
              boolean none = found.oldest() == 0 || found.oldest() > job.seq();
              long first = none ? job.seq() + 1 : found.oldest();
              return services
                  .store()
                  .snapshots()
                  .at(instance, job.room(), first - 1)
                  .compose(base -> now.map(state -> head(job, first, found, base, state)));
            });
  }

  /**
   * @param first sequence of the first entry that is kept
   * @param base snapshot at or before that entry; null if there is none
   * @param now snapshot of the whole room; null if its logic writes none
   */
  private static JsonObject head(
      SnapshotJob job, long first, Journal.Room kept, Snapshot base, Snapshot now) {
    JsonObject line =
        new JsonObject()
            .put("room", job.room())
            .put("epoch", job.epoch())
            .put("first", first)
            .put("seq", job.seq());
    JsonWriter out = new JsonWriter(1024);
    out.raw(line.encode().getBytes(StandardCharsets.UTF_8)).raw('\n');
    boolean joins = base != null && base.seq() == first - 1 && base.seq() > 0;
    if (joins || first > job.seq() && now != null) {
      kept.keys().entrySet().stream()
          .filter(key -> key.getValue() < first)
          .sorted(Map.Entry.comparingByValue())
          .forEach(key -> ExportLine.writeKey(out, job.room(), key.getValue(), key.getKey()));
    }
    if (joins && base.seq() < job.seq()) {
      ExportLine.write(out, job.room(), base);
    }
    if (now != null) {
      ExportLine.write(out, job.room(), now);
    } else if (joins && base.seq() == job.seq()) {
      ExportLine.write(out, job.room(), base);
    }
    return new JsonObject().put("text", text(out)).put("after", first - 1).put("upTo", job.seq());
  }

  private static String text(JsonWriter out) {
    return new String(out.toBytes(), StandardCharsets.UTF_8);
  }

  /** Lines of a room's entries after {@code after}: {@code {text, count}}. */
  public Future<JsonObject> page(String instance, String room, long after, long upTo, int limit) {
    int wanted = (int) Math.min(limit, upTo - after);
    return services
        .store()
        .journal()
        .read(instance, room, after, wanted)
        .map(
            read -> {
              if (!read.complete() || read.entries().size() < wanted) {
                throw new Refusal(
                    ErrorCode.NOT_FOUND,
                    "entries of room " + room + " went while they were exported");
              }
              JsonWriter out = new JsonWriter(wanted * 160);
              for (Entry entry : read.entries()) {
                ExportLine.write(out, room, entry);
              }
              return new JsonObject().put("text", text(out)).put("count", wanted);
            });
  }
}
