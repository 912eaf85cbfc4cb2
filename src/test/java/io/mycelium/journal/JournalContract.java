package io.mycelium.journal;

import static io.mycelium.journal.Samples.EPOCH;
import static io.mycelium.journal.Samples.ROOM;
import static io.mycelium.journal.Samples.append;
import static io.mycelium.journal.Samples.appends;
import static io.mycelium.journal.Samples.entries;
import static io.mycelium.journal.Samples.entry;
import static io.mycelium.journal.Samples.failureOf;
import static io.mycelium.journal.Samples.kept;
import static io.mycelium.journal.Samples.keyed;
import static io.mycelium.journal.Samples.register;
import static io.mycelium.journal.Samples.room;
import static io.mycelium.journal.Samples.write;
import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link Journal}, as every store keeps it. */
interface JournalContract extends StoreUnderTest {

  private Journal journal() {
    return store().journal();
  }

  @Test
  default void entriesComeBackInOrderHoweverTheyWereBatched() {
    register(store(), "a");
    List<Future<Void>> done = new ArrayList<>();
    long seq = 1;
    for (int size = 1; size <= 30; size++) {
      done.add(journal().append("a", 1, appends(seq, seq + size - 1)));
      seq += size;
    }
    await(Future.all(done));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, seq - 1));
  }

  @Test
  default void roomsOfOneBatchAreKeptApart() {
    register(store(), "a", "b");
    write(
        store(),
        "a",
        1,
        List.of(append("x", entry(1)), append("y", keyed(1, "k")), append("x", entry(2))));
    write(store(), "b", 1, List.of(append("x", entry(1))));
    assertThat(kept(store(), "a", "x")).isEqualTo(entries(1, 2));
    assertThat(kept(store(), "a", "y")).containsExactly(keyed(1, "k"));
    assertThat(kept(store(), "b", "x")).isEqualTo(entries(1, 1));
    assertThat(await(journal().rooms("a"))).containsOnlyKeys("x", "y");
    assertThat(await(journal().rooms("b"))).containsOnlyKeys("x");
  }

  @Test
  default void asynchronousEntriesStayInOrderWithSynchronousOnes() {
    register(store(), "a");
    List<Future<Void>> done = new ArrayList<>();
    for (long seq = 1; seq <= 200; seq++) {
      Durability durability = seq % 3 == 0 ? Durability.SYNC : Durability.ASYNC;
      Journal.Append one = new Journal.Append(ROOM, EPOCH, durability, entry(seq));
      done.add(journal().append("a", 1, List.of(one)));
    }
    await(Future.all(done));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 200));
  }

  @Test
  default void aReadGivesOnePageAndSaysThatItBeginsWhereAsked() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 100));
    assertThat(await(journal().read("a", ROOM, 40, 10)))
        .isEqualTo(new Journal.Read(entries(41, 50), true));
    assertThat(await(journal().read("a", ROOM, 95, 10)))
        .isEqualTo(new Journal.Read(entries(96, 100), true));
    assertThat(await(journal().read("a", ROOM, 100, 10)))
        .isEqualTo(new Journal.Read(List.of(), true));
  }

  @Test
  default void aReadBeforeGivesTheNewestOfThoseOldestFirst() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 100));
    assertThat(await(journal().readBefore("a", ROOM, 40, 10)))
        .isEqualTo(new Journal.Read(entries(30, 39), true));
    assertThat(await(journal().readBefore("a", ROOM, 5, 10)))
        .isEqualTo(new Journal.Read(entries(1, 4), true));
    assertThat(await(journal().readBefore("a", ROOM, Long.MAX_VALUE, 2)))
        .isEqualTo(new Journal.Read(entries(99, 100), true));
    assertThat(await(journal().readBefore("a", ROOM, 1, 10)))
        .isEqualTo(new Journal.Read(List.of(), true));
  }

  @Test
  default void ofAnUnknownRoomThereIsNothingAndNothingIsMissing() {
    register(store(), "a");
    Journal.Read nothing = new Journal.Read(List.of(), true);
    assertThat(await(journal().rooms("a"))).isEmpty();
    assertThat(await(journal().rooms("nobody"))).isEmpty();
    assertThat(await(journal().read("a", ROOM, 0, 10))).isEqualTo(nothing);
    assertThat(await(journal().readBefore("nobody", ROOM, 10, 10))).isEqualTo(nothing);
    assertThat(await(store().snapshots().at("a", ROOM, 10))).isNull();
  }

  @Test
  default void aRoomIsDescribedByItsEpochEndsAndKeys() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 9));
    write(store(), "a", 1, List.of(append(ROOM, keyed(10, "ten"))));
    assertThat(room(store(), "a"))
        .isEqualTo(new Journal.Room(EPOCH, null, 1, 10, Map.of("ten", 10L)));
  }

  @Test
  default void keysAreKnownWithinTheWindowOnly() {
    register(store(), "a");
    int window = JournalConfig.DEFAULT.pushOnceWindow();
    for (long from = 1; from <= 2 * window; from += 500) {
      List<Journal.Append> some = new ArrayList<>();
      for (long seq = from; seq < from + 500; seq++) {
        some.add(append(ROOM, keyed(seq, "key" + seq)));
      }
      write(store(), "a", 1, some);
    }
    Map<String, Long> keys = room(store(), "a").keys();
    assertThat(keys)
        .hasSize(window)
        .containsEntry("key" + (window + 1), window + 1L)
        .containsEntry("key" + 2 * window, 2L * window)
        .doesNotContainKey("key" + window);
  }

  @Test
  default void aNewerGenerationThatWroteFencesTheOlder() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 2));
    write(store(), "a", 2, appends(3, 4));
    assertThat(failureOf(journal().append("a", 1, appends("other", EPOCH, 1, 1))))
        .hasMessageContaining("generation 1");
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 4));
    assertThat(await(journal().rooms("a"))).containsOnlyKeys(ROOM);
  }

  @Test
  default void aFenceHoldsWithoutAnythingWritten() {
    register(store(), "a", "b");
    write(store(), "a", 1, appends(1, 2));
    await(journal().fence("a", 5));
    failureOf(journal().append("a", 1, appends(3, 3)));
    failureOf(journal().append("a", 4, appends(3, 3)));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 2));
    write(store(), "a", 5, appends(3, 3));
    write(store(), "a", 9, appends(4, 4));
    write(store(), "b", 1, appends(1, 1));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 4));
  }

  @Test
  default void aReadBehindAFenceSeesAllThatTheOlderWrote() {
    register(store(), "a");
    List<Future<Void>> racing = new ArrayList<>();
    for (long seq = 1; seq <= 500; seq++) {
      racing.add(journal().append("a", 1, appends(seq, seq)));
    }
    Future<Void> fence = journal().fence("a", 2);
    List<Entry> seen = await(fence.map(done -> kept(store(), "a")));
    racing.add(journal().append("a", 1, appends(501, 501)));
    await(Future.join(racing).otherwiseEmpty());
    assertThat(seen).isEqualTo(entries(1, 500)).isEqualTo(kept(store(), "a"));
  }

  @Test
  default void aFencedBatchWritesNoneOfItsRooms() {
    register(store(), "a");
    await(journal().fence("a", 2));
    List<Journal.Append> both = List.of(append("x", entry(1)), append("y", entry(1)));
    Future<Void> stale = journal().append("a", 1, both);
    Future<Void> later = journal().append("a", 1, appends(1, 1));
    failureOf(stale);
    failureOf(later);
    assertThat(await(journal().rooms("a"))).isEmpty();
  }

  @Test
  default void aFirstEntryOfAnotherEpochBeginsAnew() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 8));
    write(store(), "a", 1, List.of(append(ROOM, keyed(9, "nine"))));
    await(store().snapshots().save("a", 1, ROOM, Samples.snapshot(5), Retention.ALL));
    write(store(), "a", 1, appends(ROOM, "e2", 1, 2));
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room("e2", null, 1, 2, Map.of()));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 2));
    assertThat(await(store().snapshots().at("a", ROOM, 9))).isNull();
  }

  @Test
  default void aLaterEntryOfAnotherEpochGoesOnUnderTheNewName() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    write(store(), "a", 2, appends(ROOM, "e2", 4, 5));
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room("e2", null, 1, 5, Map.of()));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 5));
  }

  @Test
  default void entriesComeBackAsTheyWere() {
    register(store(), "a");
    byte[] bytes = new byte[256];
    byte[] large = new byte[1 << 20];
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31 >> 3);
    }
    List<Entry> odd =
        List.of(
            new Entry(1, 0, "push", null, Payload.binary(bytes)),
            new Entry(2, Long.MAX_VALUE, "joined", "", Payload.binary(new byte[0]), ""),
            new Entry(3, -1, "push", "Zoë 🦊 \t'\"\\", Payload.json("{\"ü\":\"🦊\"}"), "clé 🔑"),
            new Entry(4, 4, "push", "ada", Payload.binary(large)),
            new Entry(5, 5, "событие", "ada", Payload.NULL, "k"));
    write(store(), "a", 1, odd.stream().map(each -> append(ROOM, each)).toList());
    assertThat(kept(store(), "a")).isEqualTo(odd);
    assertThat(room(store(), "a").keys()).isEqualTo(Map.of("", 2L, "clé 🔑", 3L, "k", 5L));
  }

  @Test
  default void instancesAndRoomsMayHaveAnyName() {
    List<String> names = List.of("Zoë", "zoë", "ZOË", "🦊", "a/b", "a%b", "a_b", "'; --", "ﬀ", " ");
    names.forEach(each -> register(store(), each));
    for (String name : names) {
      write(
          store(),
          name,
          1,
          names.stream().flatMap(room -> appends(room, EPOCH, 1, 2).stream()).toList());
    }
    for (String name : names) {
      assertThat(await(journal().rooms(name)).keySet()).containsExactlyInAnyOrderElementsOf(names);
    }
    assertThat(kept(store(), "zoë", "ZOË")).isEqualTo(entries(1, 2));
  }

  @Test
  default void aDeletedRoomIsGoneAndMayBeginAnew() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    write(store(), "a", 1, appends("other", EPOCH, 1, 3));
    await(store().snapshots().save("a", 1, ROOM, Samples.snapshot(2), Retention.ALL));
    Future<Void> deleted = journal().deleteRoom("a", ROOM);
    Future<Void> anew = journal().append("a", 1, appends(ROOM, "e2", 1, 1));
    await(Future.all(deleted, anew));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 1));
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room("e2", null, 1, 1, Map.of()));
    assertThat(await(store().snapshots().at("a", ROOM, 2))).isNull();
    assertThat(kept(store(), "a", "other")).isEqualTo(entries(1, 3));
    await(journal().deleteRoom("a", ROOM));
    await(journal().deleteRoom("a", "unknown"));
    assertThat(await(journal().rooms("a"))).containsOnlyKeys("other");
  }

  @Test
  default void aLongDeletionIsOverBeforeTheNextEntryOfTheRoom() {
    register(store(), "a", "b");
    for (long from = 1; from <= 9000; from += 1000) {
      write(store(), "a", 1, appends(from, from + 999));
    }
    write(store(), "b", 1, appends(1, 10));
    Future<Void> deleted = journal().deleteRoom("a", ROOM);
    Future<Void> anew = journal().append("a", 1, appends(ROOM, EPOCH, 1, 1));
    Future<Void> other = journal().append("a", 1, appends("other", EPOCH, 1, 1));
    Future<Void> more = journal().append("a", 1, appends(ROOM, EPOCH, 2, 2));
    await(Future.all(deleted, anew, other, more));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 2));
    assertThat(kept(store(), "a", "other")).isEqualTo(entries(1, 1));
    assertThat(kept(store(), "b")).isEqualTo(entries(1, 10));
  }

  @Test
  default void manyInstancesWriteAtOnceEachInItsOrder() throws InterruptedException {
    int instances = 40;
    for (int i = 0; i < instances; i++) {
      register(store(), "i" + i);
    }
    List<Future<Void>> done = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int mine = t;
      Thread thread =
          new Thread(
              () -> {
                for (long seq = 1; seq <= 100; seq++) {
                  for (int i = mine; i < instances; i += 4) {
                    done.add(journal().append("i" + i, 1, appends(seq, seq)));
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    await(Future.all(done));
    assertThat(done).hasSize(instances * 100);
    for (int i = 0; i < instances; i++) {
      assertThat(kept(store(), "i" + i)).isEqualTo(entries(1, 100));
    }
    assertThat(journal().refusal()).isNull();
  }
}
