package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.entry;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.keyed;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static io.mycelium.journal.StoreRig.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of every store for entries and snapshots. */
abstract class StoreContract {
  public Store store;

  /** A store with nothing in it. */
  public abstract Store open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
    await(store.instances().create(instance("i")));
  }

  @AfterEach
  void closeStore() {
    await(store.close());
  }

  private Future<Void> write(long generation, String room, String epoch, long from, long to) {
    return store.journal().append("i", generation, appends(room, epoch, from, to));
  }

  private List<Long> all(String instance, String room) {
    return seqs(await(store.journal().read(instance, room, 0, 1_000_000)).entries());
  }

  @Test
  void entriesComeBackAsTheyWereWritten() {
    List<Entry> written =
        List.of(
            entry(1),
            new Entry(2, 5, "tick", null, Payload.binary(new byte[] {0, -1, 7})),
            new Entry(
                3, 6, "push", "zoë \u0000\u001a0 \ud83c\udf44", Payload.json("\"\""), "k'\u0000"));
    await(
        store
            .journal()
            .append("i", 1, written.stream().map(each -> append("lobby", "e", each)).toList()));
    List<Entry> found = await(store.journal().read("i", "lobby", 0, 10)).entries();
    assertThat(found).usingRecursiveComparison().isEqualTo(written);
    assertThat(found.get(1).payload().isBinary()).isTrue();
    assertThat(found.get(0).payload().isBinary()).isFalse();
    assertThat(await(store.journal().rooms("i")).get("lobby").keys()).containsOnlyKeys("k'\u0000");
  }

  @Test
  void appendsOfOneTurnMayMixRoomsAndEachRoomKeepsItsOrder() {
    List<Future<?>> all = new ArrayList<>();
    for (long seq = 1; seq <= 300; seq++) {
      all.add(
          store
              .journal()
              .append("i", 1, List.of(append("a", "e", entry(seq)), append("b", "e", entry(seq)))));
    }
    await(Future.all(all));
    assertThat(all("i", "a")).isEqualTo(range(1, 300));
    assertThat(all("i", "b")).isEqualTo(range(1, 300));
  }

  @Test
  void futuresCompleteInTheOrderOfTheAppends() {
    List<Integer> order = new ArrayList<>();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      int number = i;
      all.add(
          write(1, "lobby", "e", i, i)
              .onComplete(
                  done -> {
                    synchronized (order) {
                      order.add(number);
                    }
                  }));
    }
    await(Future.all(all));
    assertThat(order).isSorted().hasSize(100);
  }

  @Test
  void anOlderGenerationIsRefusedOnceANewerOneWrote() {
    await(write(1, "lobby", "e", 1, 2));
    await(write(2, "lobby", "e", 3, 3));
    assertThat(failure(write(1, "lobby", "e", 4, 4)).getMessage()).contains("generation 1");
    assertThat(all("i", "lobby")).isEqualTo(range(1, 3));
  }

  @Test
  void anOlderGenerationIsRefusedOnceANewerOneSavedASnapshot() {
    await(write(1, "lobby", "e", 1, 1));
    await(store.snapshots().save("i", 2, "lobby", snapshot(1, "e"), Retention.ALL));
    failure(write(1, "lobby", "e", 2, 2));
    assertThat(await(store.instances().find("i")).generation()).isEqualTo(2);
  }

  @Test
  void anOlderGenerationIsRefusedOnceANewerOneFenced() {
    await(write(1, "lobby", "e", 1, 1));
    await(store.journal().fence("i", 2));
    failure(write(1, "lobby", "e", 2, 2));
    failure(store.snapshots().save("i", 1, "lobby", snapshot(1, "e"), Retention.ALL));
    assertThat(all("i", "lobby")).isEqualTo(range(1, 1));
    assertThat(await(store.journal().rooms("i")).get("lobby").snapshot()).isNull();
    await(write(2, "lobby", "e", 2, 2));
    assertThat(all("i", "lobby")).isEqualTo(range(1, 2));
  }

  @Test
  void aRefusedWriterDoesNotTouchTheWorkQueuedBesideIt() {
    await(store.instances().create(instance("j")));
    await(store.journal().fence("i", 5));
    Future<Void> before = store.journal().append("j", 1, appends("lobby", "e", 1, 2));
    Future<Void> stale = write(4, "lobby", "e", 1, 1);
    Future<Void> after = store.journal().append("j", 1, appends("lobby", "e", 3, 3));
    Future<Void> own = write(5, "lobby", "e", 1, 1);
    failure(stale);
    await(before);
    await(after);
    await(own);
    assertThat(all("j", "lobby")).isEqualTo(range(1, 3));
    assertThat(all("i", "lobby")).isEqualTo(range(1, 1));
  }

  @Test
  void aFirstEntryOfAnotherEpochReplacesTheHistory() {
    await(store.journal().append("i", 1, List.of(append("lobby", "old", keyed(1, "k")))));
    await(write(1, "lobby", "old", 2, 5));
    await(store.snapshots().save("i", 1, "lobby", snapshot(4, "old"), Retention.ALL));
    await(write(1, "lobby", "new", 1, 2));
    Journal.Room room = await(store.journal().rooms("i")).get("lobby");
    assertThat(room.epoch()).isEqualTo("new");
    assertThat(room.last()).isEqualTo(2);
    assertThat(room.snapshot()).isNull();
    assertThat(room.keys()).isEmpty();
    assertThat(all("i", "lobby")).isEqualTo(range(1, 2));
  }

  @Test
  void aLaterEntryOfAnotherEpochGoesOnUnderTheNewName() {
    await(write(1, "lobby", "old", 1, 3));
    await(write(1, "lobby", "new", 4, 4));
    assertThat(await(store.journal().rooms("i")).get("lobby").epoch()).isEqualTo("new");
    assertThat(all("i", "lobby")).isEqualTo(range(1, 4));
  }

  /** More rows than one part of a deletion has. */
  @Test
  void aFirstEntryOfAnotherEpochReplacesALongHistory() {
    await(write(1, "lobby", "old", 1, 5000));
    await(write(1, "other", "e", 1, 3));
    Future<Void> first = write(1, "lobby", "new", 1, 2);
    Future<Void> second = write(1, "lobby", "new", 3, 4);
    Future<Void> other = write(1, "other", "e", 4, 5);
    await(Future.all(first, second, other));
    assertThat(await(store.journal().rooms("i")).get("lobby").epoch()).isEqualTo("new");
    assertThat(all("i", "lobby")).isEqualTo(range(1, 4));
    assertThat(all("i", "other")).isEqualTo(range(1, 5));
    await(write(1, "lobby", "newer", 1, 1));
    assertThat(all("i", "lobby")).isEqualTo(range(1, 1));
  }

  @Test
  void behindAnyEntryOfAnUnknownRoomThereIsNothing() {
    for (String instance : new String[] {"i", "unknown"}) {
      for (long after : new long[] {-1, 0, 7}) {
        Journal.Read read = await(store.journal().read(instance, "nowhere", after, 3));
        assertThat(read).isEqualTo(new Journal.Read(List.of(), true));
      }
    }
    await(write(1, "lobby", "e", 1, 3));
    for (long after : new long[] {-1, 0}) {
      Journal.Read read = await(store.journal().read("i", "lobby", after, 2));
      assertThat(seqs(read.entries())).containsExactly(1L, 2L);
      assertThat(read.complete()).isTrue();
    }
  }

  @Test
  void aReadSaysWhetherItBeginsRightBehind() {
    await(write(1, "lobby", "e", 1, 10));
    Journal.Read read = await(store.journal().read("i", "lobby", 4, 3));
    assertThat(seqs(read.entries())).containsExactly(5L, 6L, 7L);
    assertThat(read.complete()).isTrue();
    assertThat(await(store.journal().read("i", "lobby", 10, 3)))
        .isEqualTo(new Journal.Read(List.of(), true));
    await(
        store.snapshots().save("i", 1, "lobby", snapshot(6, "e"), new Retention(2, Duration.ZERO)));
    await(
        store
            .snapshots()
            .save("i", 1, "lobby", snapshot(10, "e"), new Retention(2, Duration.ZERO)));
    long oldest = await(store.journal().rooms("i")).get("lobby").oldest();
    assertThat(oldest).isGreaterThan(1);
    assertThat(await(store.journal().read("i", "lobby", 0, 3)).complete()).isFalse();
    assertThat(await(store.journal().read("i", "lobby", oldest - 1, 3)).complete()).isTrue();
  }

  @Test
  void aReadBackwardsGivesTheNewestOldestFirst() {
    await(write(1, "lobby", "e", 1, 10));
    Journal.Read read = await(store.journal().readBefore("i", "lobby", 8, 3));
    assertThat(seqs(read.entries())).containsExactly(5L, 6L, 7L);
    assertThat(read.complete()).isTrue();
    assertThat(seqs(await(store.journal().readBefore("i", "lobby", 3, 9)).entries()))
        .containsExactly(1L, 2L);
  }

  @Test
  void roomsOfOtherInstancesStayApart() {
    await(store.instances().create(instance("j")));
    await(write(1, "lobby", "e", 1, 2));
    await(store.journal().append("j", 1, appends("lobby", "f", 1, 4)));
    assertThat(await(store.journal().rooms("i"))).containsOnlyKeys("lobby");
    assertThat(await(store.journal().rooms("j")).get("lobby"))
        .isEqualTo(new Journal.Room("f", null, 1, 4, Map.of()));
    assertThat(await(store.journal().rooms("nobody"))).isEmpty();
  }

  @Test
  void theNewestSnapshotAtOrBeforeAnEntryIsFound() {
    await(write(1, "lobby", "e", 1, 30));
    Retention limited = new Retention(100, Duration.ZERO);
    for (long seq : new long[] {10, 20, 30}) {
      await(store.snapshots().save("i", 1, "lobby", snapshot(seq, "e"), limited));
    }
    assertThat(await(store.journal().rooms("i")).get("lobby").snapshot().seq()).isEqualTo(30);
    assertThat(await(store.snapshots().at("i", "lobby", 29)).seq()).isEqualTo(20);
    assertThat(await(store.snapshots().at("i", "lobby", 20)))
        .usingRecursiveComparison()
        .isEqualTo(snapshot(20, "e"));
    assertThat(await(store.snapshots().at("i", "lobby", 9))).isNull();
    assertThat(await(store.snapshots().at("i", "nowhere", 9))).isNull();
  }

  @Test
  void aSnapshotKeepsWhateverTheLogicWrote() {
    Snapshot binary = new Snapshot(0, "e", 7, 8, 9, Payload.binary(new byte[] {0, 1, -1}));
    await(store.snapshots().save("i", 1, "lobby", binary, Retention.ALL));
    Journal.Room room = await(store.journal().rooms("i")).get("lobby");
    assertThat(room.snapshot()).usingRecursiveComparison().isEqualTo(binary);
    assertThat(room.last()).isZero();
    assertThat(room.oldest()).isZero();
  }

  @Test
  void withRetentionEveryKeptEntryHasASnapshotBeforeItOrIsTheFirst() {
    Retention newest25 = new Retention(25, Duration.ZERO);
    for (long seq = 10; seq <= 100; seq += 10) {
      await(write(1, "lobby", "e", seq - 9, seq));
      await(store.snapshots().save("i", 1, "lobby", snapshot(seq, "e"), newest25));
      List<Long> kept = all("i", "lobby");
      assertThat(kept).endsWith(seq).hasSizeGreaterThanOrEqualTo((int) Math.min(seq, 25));
      long oldest = await(store.journal().rooms("i")).get("lobby").oldest();
      assertThat(kept.get(0)).isEqualTo(oldest);
      if (oldest > 1) {
        assertThat(await(store.snapshots().at("i", "lobby", oldest - 1))).isNotNull();
      }
    }
    assertThat(all("i", "lobby")).hasSizeLessThanOrEqualTo(35);
  }

  @Test
  void anEntryStaysThatIsYoungOrAmongTheNewest() {
    Retention oldAndBehindThree = new Retention(3, Duration.ofMillis(40));
    for (long seq = 10; seq <= 40; seq += 10) {
      await(write(1, "lobby", "e", seq - 9, seq));
      await(store.snapshots().save("i", 1, "lobby", snapshot(seq, "e"), oldAndBehindThree));
    }
    assertThat(all("i", "lobby")).isEqualTo(range(1, 40));
    await(write(1, "lobby", "e", 41, 60));
    await(store.snapshots().save("i", 1, "lobby", snapshot(60, "e"), oldAndBehindThree));
    assertThat(all("i", "lobby")).isEqualTo(range(11, 60));
  }

  @Test
  void withoutRetentionAllEntriesStay() {
    await(write(1, "lobby", "e", 1, 20));
    await(store.snapshots().save("i", 1, "lobby", snapshot(10, "e"), Retention.ALL));
    await(store.snapshots().save("i", 1, "lobby", snapshot(20, "e"), Retention.ALL));
    assertThat(all("i", "lobby")).isEqualTo(range(1, 20));
  }

  @Test
  void keysOfTheWindowAreKnownThoughTheirEntriesAreGone() {
    await(store.journal().append("i", 1, List.of(append("lobby", "e", keyed(1, "first")))));
    await(write(1, "lobby", "e", 2, 10));
    await(
        store
            .snapshots()
            .save("i", 1, "lobby", snapshot(10, "e"), new Retention(1, Duration.ZERO)));
    assertThat(await(store.journal().rooms("i")).get("lobby").keys()).containsEntry("first", 1L);
  }

  @Test
  void keysBehindTheWindowAreForgotten() {
    await(store.journal().append("i", 1, List.of(append("lobby", "e", keyed(1, "first")))));
    await(store.journal().append("i", 1, List.of(append("lobby", "e", keyed(2, "second")))));
    await(write(1, "lobby", "e", 3, 10_000));
    assertThat(await(store.journal().rooms("i")).get("lobby").keys()).containsKey("second");
    await(write(1, "lobby", "e", 10_001, 20_000));
    assertThat(await(store.journal().rooms("i")).get("lobby").keys()).isEmpty();
  }

  @Test
  void aDeletedRoomIsGoneAndMayBeginAnew() {
    await(write(1, "lobby", "e", 1, 10));
    await(write(1, "other", "e", 1, 3));
    await(store.snapshots().save("i", 1, "lobby", snapshot(10, "e"), Retention.ALL));
    Future<Void> deleted = store.journal().deleteRoom("i", "lobby");
    Future<Void> anew = write(1, "lobby", "e2", 1, 2);
    await(deleted);
    await(anew);
    assertThat(all("i", "lobby")).isEqualTo(range(1, 2));
    assertThat(await(store.snapshots().at("i", "lobby", 100))).isNull();
    await(store.journal().deleteRoom("i", "lobby"));
    assertThat(await(store.journal().rooms("i"))).containsOnlyKeys("other");
    assertThat(await(store.journal().read("i", "lobby", 0, 5)).entries()).isEmpty();
    await(store.journal().deleteRoom("i", "never was"));
  }

  @Test
  void manyInstancesWriteAtTheSameTime() throws InterruptedException {
    List<Thread> writers = new ArrayList<>();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String id = "many" + i;
      await(store.instances().create(instance(id)));
      writers.add(
          new Thread(
              () -> {
                for (long seq = 1; seq <= 200; seq++) {
                  Future<Void> one = store.journal().append(id, 1, appends("lobby", "e", seq, seq));
                  synchronized (all) {
                    all.add(one);
                  }
                }
              }));
    }
    writers.forEach(Thread::start);
    for (Thread writer : writers) {
      writer.join();
    }
    await(Future.all(all));
    for (int i = 0; i < 8; i++) {
      assertThat(all("many" + i, "lobby")).isEqualTo(range(1, 200));
    }
  }

  /** A room without durability starts a new history with its state at closing. */
  @Test
  void aSnapshotBehindThoseOfAnotherEpochBeginsAnew() {
    await(store.instances().create(instance("i")));
    await(store.snapshots().save("i", 1, "lobby", snapshot(5, "old"), Retention.ALL));
    await(store.snapshots().save("i", 2, "lobby", snapshot(2, "new"), Retention.ALL));
    Journal.Room room = await(store.journal().rooms("i")).get("lobby");
    assertThat(room.epoch()).isEqualTo("new");
    assertThat(room.last()).isEqualTo(2);
    assertThat(room.snapshot()).isEqualTo(snapshot(2, "new"));
    assertThat(await(store.snapshots().at("i", "lobby", 100))).isEqualTo(snapshot(2, "new"));
  }
}
