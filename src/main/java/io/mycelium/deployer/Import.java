package io.mycelium.deployer;

import io.mycelium.instance.Exports;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.journal.ExportLine;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;

/**
 * One instance being created from the lines of an export, which go into the store as they arrive.
 * Until the last line the instance's row says {@link #UNFINISHED}, so that the next start of the
 * node can remove it. On the deployer's context.
 */
final class Import {
  /** {@code lastError} of an incomplete instance. */
  static final String UNFINISHED = "its import was not finished";

  private final InstanceServices services;
  private final OwnContext context;
  private final Ownership ownership;
  private final String id;
  private final long generation;
  private ImportedRooms rooms;
  private Future<Void> last = Future.succeededFuture();
  private long lines;
  private boolean registered;
  private boolean ended;

  /**
   * @param generation that writes the instance; older generations of its id are fenced off
   */
  Import(
      InstanceServices services,
      OwnContext context,
      Ownership ownership,
      String id,
      long generation) {
    this.services = services;
    this.context = context;
    this.ownership = ownership;
    this.id = id;
    this.generation = generation;
  }

  /**
   * Takes some whole lines.
   *
   * @return completes once the lines are in the store; fails with a {@link Refusal} that names the
   *     line
   */
  Future<Void> add(String text) {
    return next(() -> take(text.split("\n", -1), 0));
  }

  /** One line after the other, so that no write is in flight when the next line is checked. */
  private Future<Void> next(Supplier<Future<Void>> work) {
    last =
        last.compose(
            before -> {
              try {
                return work.get();
              } catch (Refusal refusal) {
                return Future.failedFuture(refusal);
              }
            });
    return last;
  }

  private Future<Void> take(String[] text, int from) {
    for (int i = from; i < text.length; i++) {
      lines++;
      if (!text[i].isBlank()) {
        if (rooms == null) {
          int following = i + 1;
          return begin(text[i]).compose(begun -> take(text, following));
        }
        take(text[i]);
      }
    }
    return rooms == null ? Future.succeededFuture() : context.here(rooms.written());
  }

  private void take(String text) {
    try {
      ExportLine line = ExportLine.read(text);
      if (ended) {
        throw new Refusal(ErrorCode.INVALID_PAYLOAD, "it comes behind the end, expected nothing");
      }
      if (line.has("room")) {
        rooms.begin(line.only("room", "epoch", "first", "seq"));
      } else if (line.has("snapshot")) {
        rooms.snapshot(line.only("snapshot", "seq", "at", "tickAt", "state", "binary"));
      } else if (line.has("entry")) {
        rooms.entry(line.only("entry", "seq", "at", "event", "user", "key", "payload", "binary"));
      } else if (line.has("end")) {
        rooms.end(line.only("end"));
        ended = true;
      } else {
        throw new Refusal(
            ErrorCode.INVALID_PAYLOAD, "it has no room, snapshot, entry or end, expected one");
      }
    } catch (Refusal refusal) {
      throw atLine(refusal);
    }
  }

  private Refusal atLine(Refusal r) {
    return Refusal.restored(
        r.code(), "line " + lines + ": " + r.getMessage(), r.field(), r.value(), r.expected());
  }

  private Future<Void> begin(String text) {
    InstanceSpec spec;
    try {
      spec = spec(ExportLine.read(text).only("mycelium", "createdAt", "instance"));
    } catch (Refusal refusal) {
      throw atLine(refusal);
    }
    rooms = new ImportedRooms(services, spec, generation);
    return context
        .here(services.store().instances().create(row(spec)))
        .compose(
            isNew -> {
              registered = isNew;
              return isNew ? Future.succeededFuture() : Future.failedFuture(Registry.taken(id));
            });
  }

  private InstanceSpec spec(ExportLine line) {
    if (line.number("mycelium") != Exports.FORMAT) {
      throw line.refuse("mycelium", Exports.FORMAT + ", the format that this version reads");
    }
    JsonObject json = new JsonObject(line.object("instance").toString()).put("id", id);
    InstanceSpec read = InstanceSpec.read(json).madeAt(line.number("createdAt"));
    Registry.checkRooms(read.rooms().size(), services.config().maxRooms());
    read.rooms().values().forEach(services.types()::open);
    return read;
  }

  private InstanceStore.Registered row(InstanceSpec spec) {
    return new InstanceStore.Registered(
        id,
        spec.name(),
        spec.type(),
        spec.toJson().encode(),
        spec.createdAt().toEpochMilli(),
        ownership.registered(generation),
        true,
        UNFINISHED);
  }

  /** All lines have arrived: the instance can be used if the last line was among them. */
  Future<Void> finish() {
    return next(
        () -> {
          if (!ended) {
            throw new Refusal(
                ErrorCode.INVALID_PAYLOAD,
                "line " + (lines + 1) + ": it is absent, expected {\"end\": entries}");
          }
          return context
              .here(services.store().instances().setFailed(id, false, null))
              .onSuccess(done -> ownership.release(id, generation));
        });
  }

  /** Removes everything that this import registered. */
  Future<Void> abandon() {
    return last.transform(
        ignored ->
            registered
                ? context.here(services.store().instances().delete(id))
                : Future.succeededFuture());
  }
}
