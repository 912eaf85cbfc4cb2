package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;

import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Entries, snapshots and instances to test with; each differs from each other. */
final class Samples {
  static final String EPOCH = "e1";
  static final String ROOM = "general";

  private Samples() {}

  static InstanceStore.Registered instance(String id) {
    return instance(id, "the " + id, "accumulative");
  }

  static InstanceStore.Registered instance(String id, String name, String type) {
    return new InstanceStore.Registered(
        id, name, type, "{\"id\":\"" + id + "\"}", 1_795_000_000_000L, 1, false, null);
  }

  static Entry entry(long seq) {
    Payload payload = Payload.json("{\"n\":" + seq + "}");
    return new Entry(seq, 1_795_000_000_000L + seq, "push", "user" + seq % 3, payload);
  }

  static Entry keyed(long seq, String key) {
    Entry e = entry(seq);
    return new Entry(e.seq(), e.at(), e.event(), e.user(), e.payload(), key);
  }

  static Journal.Append append(String room, Entry entry) {
    return new Journal.Append(room, EPOCH, Durability.SYNC, entry);
  }

  /** Both ends included. */
  static List<Entry> entries(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(Samples::entry).toList();
  }

  static List<Journal.Append> appends(String room, String epoch, long from, long to) {
    return entries(from, to).stream()
        .map(entry -> new Journal.Append(room, epoch, Durability.SYNC, entry))
        .toList();
  }

  static List<Journal.Append> appends(long from, long to) {
    return appends(ROOM, EPOCH, from, to);
  }

  static Snapshot snapshot(long seq) {
    return snapshot(seq, EPOCH);
  }

  static Snapshot snapshot(long seq, String epoch) {
    Payload state = Payload.json("{\"upTo\":" + seq + "}");
    return new Snapshot(seq, epoch, 1_795_000_000_000L + seq, 7, 0, state);
  }

  static void register(Store store, String... ids) {
    for (String id : ids) {
      if (!await(store.instances().create(instance(id)))) {
        throw new AssertionError(id + " is taken");
      }
    }
  }

  static void write(Store store, String instance, long generation, List<Journal.Append> appends) {
    await(store.journal().append(instance, generation, appends));
  }

  static void save(Store store, String instance, Snapshot snapshot, Retention retention) {
    await(store.snapshots().save(instance, 1, ROOM, snapshot, retention));
  }

  /** All entries that are kept of a room, read in pages. */
  static List<Entry> kept(Store store, String instance, String room) {
    List<Entry> all = new ArrayList<>();
    List<Entry> page;
    do {
      long after = all.isEmpty() ? 0 : all.get(all.size() - 1).seq();
      page = await(store.journal().read(instance, room, after, 1000)).entries();
      all.addAll(page);
    } while (!page.isEmpty());
    return all;
  }

  static List<Entry> kept(Store store, String instance) {
    return kept(store, instance, ROOM);
  }

  static Journal.Room room(Store store, String instance) {
    return await(store.journal().rooms(instance)).get(ROOM);
  }

  /** Waits for it to fail. */
  static Throwable failureOf(Future<?> future) {
    return await(
        future
            .<Throwable>map(
                value -> {
                  throw new AssertionError("it worked, with " + value);
                })
            .recover(Future::succeededFuture));
  }
}
