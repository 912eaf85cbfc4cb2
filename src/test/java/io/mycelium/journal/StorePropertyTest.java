package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.Payload;
import io.mycelium.testing.Journals;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever is done to it, the store in a file answers as the one in memory. */
class StorePropertyTest {
  private static final List<String> INSTANCES = List.of("a", "b");
  private static final List<String> ROOMS = List.of("lobby", "x");

  /**
   * One call.
   *
   * @param n what it takes: how many entries, generations above the newest or below it
   */
  record Step(What what, String instance, String room, int n) {}

  enum What {
    CREATE,
    APPEND,
    APPEND_KEYED,
    APPEND_TO_BOTH,
    RENAME,
    BEGIN_ANEW,
    FENCE,
    SAVE,
    DELETE_ROOM,
    DELETE,
    SET_FAILED,
    REOPEN
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<What> what =
        Arbitraries.frequencyOf(
            Tuple.of(10, Arbitraries.of(What.APPEND, What.SAVE)),
            Tuple.of(3, Arbitraries.of(What.CREATE)),
            Tuple.of(7, Arbitraries.of(What.class)));
    return Combinators.combine(
            what,
            Arbitraries.of(INSTANCES),
            Arbitraries.of(ROOMS),
            Arbitraries.integers().between(-1, 6))
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(80);
  }

  @Provide
  Arbitrary<Retention> retentions() {
    return Arbitraries.of(
        Retention.ALL,
        new Retention(1, Duration.ZERO),
        new Retention(7, Duration.ZERO),
        new Retention(0, Duration.ofMillis(5)),
        new Retention(4, Duration.ofMillis(9)));
  }

  @Property(tries = 40)
  void theFileAnswersAsTheMemory(
      @ForAll("steps") List<Step> steps, @ForAll("retentions") Retention retention)
      throws IOException {
    Path folder = Files.createTempDirectory("store-property");
    JournalConfig config = Journals.in(folder.resolve("mycelium.db"));
    Store model = new MemoryStore(config.inMemory(1_000_000, 1L << 30));
    Store file = JdbcStore.open(config, JournalMeters.NONE);
    try {
      for (Step step : steps) {
        if (step.what() == What.REOPEN) {
          await(file.close());
          file = JdbcStore.open(config, JournalMeters.NONE);
        } else {
          Function<Store, Future<?>> call = call(step, model, retention);
          assertThat(outcome(call.apply(file)))
              .as("%s", step)
              .isEqualTo(outcome(call.apply(model)));
        }
        assertThat(all(file)).as("after %s", step).isEqualTo(all(model));
        assertEachKeptStateCanBeMade(file);
      }
    } finally {
      await(file.close());
      try (Stream<Path> files = Files.list(folder)) {
        files.forEach(each -> each.toFile().delete());
      }
      Files.delete(folder);
    }
  }

  /** The same call for both: what it asks for follows from what the model has. */
  private static Function<Store, Future<?>> call(Step step, Store model, Retention retention) {
    String id = step.instance();
    InstanceStore.Registered known = await(model.instances().find(id));
    long newest = known == null ? 1 : known.generation();
    Journal.Room room = await(model.journal().rooms(id)).get(step.room());
    long last = room == null ? 0 : room.last();
    String epoch = room == null ? "e" : room.epoch();
    int n = step.n();
    return switch (step.what()) {
      case CREATE -> store -> store.instances().create(Samples.instance(id));
      case APPEND -> append(id, n < 0 ? newest - 1 : newest, step.room(), epoch, last, n);
      case APPEND_KEYED ->
          store ->
              store
                  .journal()
                  .append(
                      id,
                      newest,
                      List.of(
                          new Journal.Append(
                              step.room(),
                              epoch,
                              Durability.SYNC,
                              Samples.keyed(last + 1, "k" + last))));
      case APPEND_TO_BOTH -> both(id, newest, model);
      case RENAME -> append(id, newest, step.room(), epoch + "+", Math.max(last, 1), 2);
      case BEGIN_ANEW -> append(id, newest, step.room(), epoch + "!", 0, 3);
      case FENCE -> store -> store.journal().fence(id, newest + n);
      case SAVE -> save(id, n < 0 ? newest - 1 : newest, step.room(), room, retention);
      case DELETE_ROOM -> store -> store.journal().deleteRoom(id, step.room());
      case DELETE -> store -> store.instances().delete(id);
      case SET_FAILED -> store -> store.instances().setFailed(id, n > 2, n > 2 ? "e" + n : null);
      case REOPEN -> throw new AssertionError(step);
    };
  }

  private static Function<Store, Future<?>> append(
      String id, long generation, String room, String epoch, long last, int n) {
    List<Journal.Append> entries = Samples.appends(room, epoch, last + 1, last + Math.max(1, n));
    return store -> store.journal().append(id, generation, entries);
  }

  private static Function<Store, Future<?>> both(String id, long generation, Store model) {
    List<Journal.Append> entries = new ArrayList<>();
    for (String name : ROOMS) {
      Journal.Room room = await(model.journal().rooms(id)).get(name);
      long last = room == null ? 0 : room.last();
      String epoch = room == null ? "e" : room.epoch();
      entries.addAll(Samples.appends(name, epoch, last + 1, last + 2));
    }
    return store -> store.journal().append(id, generation, entries);
  }

  private static Function<Store, Future<?>> save(
      String id, long generation, String name, Journal.Room room, Retention retention) {
    long seq = room == null ? 0 : room.last();
    String epoch = room == null ? "e" : room.epoch();
    Payload state = Payload.json("{\"of\":" + seq + "}");
    Snapshot snapshot = new Snapshot(seq, epoch, 1_795_000_000_000L + seq, 0, generation, state);
    return store -> store.snapshots().save(id, generation, name, snapshot, retention);
  }

  private static String outcome(Future<?> call) {
    return await(call.map(value -> "gives " + value).otherwise("fails"));
  }

  private static List<Object> all(Store store) {
    List<Object> all = new ArrayList<>();
    all.add(await(store.instances().count()));
    all.add(await(store.instances().list("", 10, InstanceStore.Filter.ALL)));
    all.add(await(store.instances().list("", 10, new InstanceStore.Filter(null, "A", true))));
    for (String id : INSTANCES) {
      Map<String, Journal.Room> rooms = await(store.journal().rooms(id));
      all.add(rooms);
      for (String room : ROOMS) {
        all.add(await(store.journal().read(id, room, 0, 1000)));
        if (rooms.containsKey(room)) {
          all.add(await(store.journal().read(id, room, 3, 2)));
        }
        all.add(await(store.journal().readBefore(id, room, 9, 4)));
        all.add(String.valueOf(await(store.snapshots().at(id, room, Long.MAX_VALUE))));
      }
    }
    return all;
  }

  private static void assertEachKeptStateCanBeMade(Store store) {
    for (String id : INSTANCES) {
      for (String room : ROOMS) {
        List<Entry> kept = Samples.kept(store, id, room);
        for (Entry entry : kept) {
          Snapshot base = await(store.snapshots().at(id, room, entry.seq()));
          assertThat(kept.get(0).seq()).isLessThanOrEqualTo(base == null ? 1 : base.seq() + 1);
        }
      }
    }
  }
}
