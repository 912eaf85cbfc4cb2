package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.journal.jdbc.UnsortedEntries;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** After any operations, the store on SQLite answers like the store in memory. */
final class StoreModelTest {
  private static final List<String> IDS = List.of("i0", "i1");
  private static final List<String> ROOMS = List.of("lobby", "r");

  private enum Kind {
    APPEND,
    APPEND_STALE,
    NEW_EPOCH,
    RENAME,
    SNAPSHOT,
    FENCE,
    DELETE_ROOM,
    DELETE_INSTANCE,
    REOPEN,
    READ
  }

  /** One operation; the meaning of {@code size} depends on its kind. */
  private record Step(Kind kind, int instance, int room, int size) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.just(Kind.APPEND)),
            Tuple.of(3, Arbitraries.just(Kind.SNAPSHOT)),
            Tuple.of(3, Arbitraries.just(Kind.READ)),
            Tuple.of(4, Arbitraries.of(Kind.class)));
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(0, 1),
            Arbitraries.integers().between(1, 12))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(60);
  }

  /** Entries go to their table at once: one room's are written at a time. */
  @Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
  void answersAreThoseOfMemory(@ForAll("steps") List<Step> steps) throws IOException {
    answersAreThoseOfMemory(steps, UnsortedEntries.Limits.DEFAULT);
  }

  /** All commits go by way of the unsorted entries, some of which are always on the move. */
  @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
  void andSoTheyAreOfEntriesThatAreSortedLater(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 40) int most)
      throws IOException {
    answersAreThoseOfMemory(
        steps, new UnsortedEntries.Limits(1, Integer.MAX_VALUE, 1 << 20, most, 1));
  }

  /** Of a room some commits go by way of the unsorted entries and some to the table. */
  @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
  void andSoTheyAreOfRoomsThatAreWrittenBothWays(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 40) int most)
      throws IOException {
    answersAreThoseOfMemory(
        steps, new UnsortedEntries.Limits(5, Integer.MAX_VALUE, 1 << 20, most, 1));
  }

  private static void answersAreThoseOfMemory(List<Step> steps, UnsortedEntries.Limits limits)
      throws IOException {
    Path folder = Files.createTempDirectory("model");
    try (Both both = new Both("jdbc:sqlite:" + folder.resolve("m.db"), limits)) {
      steps.forEach(both::run);
      both.compare();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Both stores, and an instance's knowledge of its rooms. */
  private static final class Both implements AutoCloseable {
    private final String url;
    private final UnsortedEntries.Limits limits;
    private final Store memory = new MemoryStore(config("memory:"));
    private Store sqlite;
    private final Map<String, Long> last = new HashMap<>();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final long[] generations = {1, 1};

    Both(String url, UnsortedEntries.Limits limits) {
      this.url = url;
      this.limits = limits;
      sqlite = JdbcStore.open(config(url), JournalMeters.NONE, limits);
      IDS.forEach(id -> same(store -> store.instances().create(instance(id))));
    }

    private interface Question {
      Future<?> ask(Store store);
    }

    /** Asks both stores; they fail together or give the same answer. */
    private void same(Question question) {
      Object expected = answer(question.ask(memory));
      Object found = answer(question.ask(sqlite));
      assertThat(found).usingRecursiveComparison().isEqualTo(expected);
    }

    private static Object answer(Future<?> future) {
      try {
        return List.of(Optional.ofNullable(future.toCompletionStage().toCompletableFuture().get()));
      } catch (ExecutionException e) {
        return "failed";
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void run(Step step) {
      String id = IDS.get(step.instance());
      String room = ROOMS.get(step.room());
      String key = id + "/" + room;
      switch (step.kind()) {
        case APPEND -> append(step, id, room, last.getOrDefault(key, 0L));
        case APPEND_STALE -> stale(step, id, room);
        case NEW_EPOCH -> {
          epochs.merge(key, 1, Integer::sum);
          append(step, id, room, 0);
        }
        case RENAME -> {
          if (last.getOrDefault(key, 0L) > 0) {
            epochs.merge(key, 1, Integer::sum);
            append(step, id, room, last.get(key));
          }
        }
        case SNAPSHOT -> snapshot(step, id, room, last.getOrDefault(key, 0L));
        case FENCE -> {
          long next = ++generations[step.instance()];
          same(store -> store.journal().fence(id, next));
        }
        case DELETE_ROOM -> {
          last.remove(key);
          same(store -> store.journal().deleteRoom(id, room));
        }
        case DELETE_INSTANCE -> {
          ROOMS.forEach(each -> last.remove(id + "/" + each));
          generations[step.instance()] = 1;
          same(store -> store.instances().delete(id));
          same(store -> store.instances().create(instance(id)));
        }
        case REOPEN -> {
          answer(sqlite.close());
          sqlite = JdbcStore.open(config(url), JournalMeters.NONE, limits);
        }
        case READ -> read(step, id, room);
        default -> throw new AssertionError(step);
      }
    }

    private String epoch(String id, String room) {
      return "e" + epochs.getOrDefault(id + "/" + room, 0);
    }

    private List<Journal.Append> appends(Step step, String id, String room, long after) {
      List<Journal.Append> made = new ArrayList<>();
      for (long seq = after + 1; seq <= after + step.size(); seq++) {
        Payload payload =
            seq % 5 == 0 ? Payload.binary(new byte[] {(byte) seq}) : Payload.json("" + seq);
        String key = seq % 3 == 0 ? "k" + seq : null;
        made.add(
            StoreRig.append(
                room, epoch(id, room), new Entry(seq, 1000 + seq, "push", null, payload, key)));
      }
      return made;
    }

    private void append(Step step, String id, String room, long after) {
      List<Journal.Append> entries = appends(step, id, room, after);
      long generation = generations[step.instance()];
      same(store -> store.journal().append(id, generation, entries));
      last.put(id + "/" + room, after + step.size());
    }

    private void stale(Step step, String id, String room) {
      long generation = generations[step.instance()] - 1;
      same(store -> store.journal().fence(id, generation + 1));
      List<Journal.Append> entries =
          appends(step, id, room, last.getOrDefault(id + "/" + room, 0L));
      same(store -> store.journal().append(id, generation, entries));
    }

    private void snapshot(Step step, String id, String room, long seq) {
      if (seq > 0) {
        // If no entry may be dropped, the database keeps only the last snapshot.
        Retention retention = room.equals("lobby") ? Retention.ALL : retention(step.size());
        long generation = generations[step.instance()];
        Snapshot snapshot = StoreRig.snapshot(seq, epoch(id, room));
        same(store -> store.snapshots().save(id, generation, room, snapshot, retention));
      }
    }

    /** By count, by age (an entry's time is its sequence and 1000), or by both. */
    private static Retention retention(int size) {
      Duration age = Duration.ofMillis(size % 3 == 0 ? 0 : 2L * size);
      return new Retention(size % 3 == 1 ? 0 : size, age);
    }

    private void read(Step step, String id, String room) {
      long from = last.getOrDefault(id + "/" + room, 0L) - step.size() + 3;
      if (last.containsKey(id + "/" + room)) {
        same(store -> store.journal().read(id, room, Math.max(0, from), step.size()));
        same(store -> store.journal().readBefore(id, room, Math.max(1, from), step.size()));
      }
    }

    void compare() {
      for (String id : IDS) {
        same(store -> store.journal().rooms(id));
        for (String room : ROOMS) {
          same(store -> store.journal().read(id, room, 0, 100_000));
          long end = last.getOrDefault(id + "/" + room, 0L);
          same(store -> store.snapshots().at(id, room, end));
        }
      }
    }

    @Override
    public void close() {
      answer(sqlite.close());
    }
  }
}
