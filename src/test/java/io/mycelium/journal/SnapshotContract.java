package io.mycelium.journal;

import static io.mycelium.journal.Samples.EPOCH;
import static io.mycelium.journal.Samples.ROOM;
import static io.mycelium.journal.Samples.appends;
import static io.mycelium.journal.Samples.entries;
import static io.mycelium.journal.Samples.failureOf;
import static io.mycelium.journal.Samples.kept;
import static io.mycelium.journal.Samples.register;
import static io.mycelium.journal.Samples.room;
import static io.mycelium.journal.Samples.save;
import static io.mycelium.journal.Samples.snapshot;
import static io.mycelium.journal.Samples.write;
import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link SnapshotStore} and {@link Retention}, as every store keeps them. */
interface SnapshotContract extends StoreUnderTest {

  private static Retention newest(long entries) {
    return new Retention(entries, Duration.ZERO);
  }

  private Snapshot at(long seq) {
    return await(store().snapshots().at("a", ROOM, seq));
  }

  /** The entries behind the snapshot that it begins with are all there, up to itself. */
  private void assertEachKeptStateCanBeMade() {
    List<Entry> kept = kept(store(), "a");
    for (Entry entry : kept) {
      Snapshot base = at(entry.seq());
      long behind = base == null ? 0 : base.seq();
      assertThat(kept.get(0).seq())
          .as("first entry, where entry %d is made from %d", entry.seq(), behind)
          .isLessThanOrEqualTo(behind + 1);
    }
  }

  @Test
  default void aSnapshotComesBackAsItWas() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    Snapshot taken = new Snapshot(3, EPOCH, 123, 456, 1, Payload.json("{\"ü\":[1.50,\"🦊\"]}"));
    save(store(), "a", taken, Retention.ALL);
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room(EPOCH, taken, 1, 3, Map.of()));
    assertThat(at(3)).isEqualTo(taken);
    assertThat(at(Long.MAX_VALUE)).isEqualTo(taken);
    assertThat(at(2)).isNull();
  }

  @Test
  default void aSnapshotOfTheSameEntryTakesThePlaceOfTheFirst() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    save(store(), "a", snapshot(3), Retention.ALL);
    Snapshot second = new Snapshot(3, EPOCH, 9, 8, 7, Payload.json("{\"second\":true}"));
    save(store(), "a", second, Retention.ALL);
    assertThat(at(3)).isEqualTo(second);
    assertThat(room(store(), "a").snapshot()).isEqualTo(second);
  }

  @Test
  default void aRoomMayHaveASnapshotAndNoEntries() {
    register(store(), "a");
    save(store(), "a", snapshot(0), Retention.ALL);
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room(EPOCH, snapshot(0), 0, 0, Map.of()));
    save(store(), "a", snapshot(50), Retention.ALL);
    assertThat(room(store(), "a"))
        .isEqualTo(new Journal.Room(EPOCH, snapshot(50), 0, 50, Map.of()));
    assertThat(await(store().journal().read("a", ROOM, 49, 10)).complete()).isFalse();
    assertThat(await(store().journal().read("a", ROOM, 50, 10)).complete()).isTrue();
    assertThat(await(store().journal().readBefore("a", ROOM, 50, 10)).complete()).isFalse();
    write(store(), "a", 1, appends(51, 52));
    assertThat(await(store().journal().read("a", ROOM, 50, 10)))
        .isEqualTo(new Journal.Read(entries(51, 52), true));
    assertThat(await(store().journal().read("a", ROOM, 49, 10)).complete()).isFalse();
  }

  @Test
  default void aSnapshotIsKeptBehindAllThatWasAppendedBefore() {
    register(store(), "a");
    Future<Void> append = store().journal().append("a", 1, appends(1, 500));
    await(store().snapshots().save("a", 1, ROOM, snapshot(500), newest(1)));
    assertThat(append.succeeded()).isTrue();
    assertThat(room(store(), "a").last()).isEqualTo(500);
  }

  @Test
  default void aFencedWriterKeepsNoSnapshot() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    await(store().journal().fence("a", 2));
    failureOf(store().snapshots().save("a", 1, ROOM, snapshot(3), newest(1)));
    assertThat(at(3)).isNull();
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 3));
  }

  @Test
  default void withoutLimitsEveryEntryStays() {
    register(store(), "a");
    for (long seq = 100; seq <= 1000; seq += 100) {
      write(store(), "a", 1, appends(seq - 99, seq));
      save(store(), "a", snapshot(seq), Retention.ALL);
    }
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 1000));
    assertThat(room(store(), "a").snapshot()).isEqualTo(snapshot(1000));
    assertEachKeptStateCanBeMade();
  }

  @Test
  default void theNewestEntriesStayAndTheirStatesCanBeMade() {
    register(store(), "a");
    for (long seq = 7; seq <= 700; seq += 7) {
      write(store(), "a", 1, appends(seq - 6, seq));
      save(store(), "a", snapshot(seq), newest(30));
      List<Entry> kept = kept(store(), "a");
      assertThat(kept).endsWith(entries(Math.max(1, seq - 29), seq).toArray(Entry[]::new));
      assertThat(kept).hasSizeLessThanOrEqualTo(30 + 7);
      assertThat(room(store(), "a").oldest()).isEqualTo(kept.get(0).seq());
      assertThat(room(store(), "a").last()).isEqualTo(seq);
      assertEachKeptStateCanBeMade();
    }
  }

  @Test
  default void whatWasDroppedMakesAReadIncomplete() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 20));
    save(store(), "a", snapshot(10), newest(10));
    save(store(), "a", snapshot(20), newest(10));
    long oldest = room(store(), "a").oldest();
    assertThat(oldest).isEqualTo(11);
    assertThat(await(store().journal().read("a", ROOM, 9, 100)))
        .isEqualTo(new Journal.Read(entries(11, 20), false));
    assertThat(await(store().journal().read("a", ROOM, 10, 100)))
        .isEqualTo(new Journal.Read(entries(11, 20), true));
    assertThat(await(store().journal().readBefore("a", ROOM, 14, 100)))
        .isEqualTo(new Journal.Read(entries(11, 13), false));
  }

  @Test
  default void anEntryThatNoSnapshotCoversNeverGoes() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 100));
    save(store(), "a", snapshot(10), newest(1));
    assertThat(kept(store(), "a")).endsWith(entries(11, 100).toArray(Entry[]::new));
    assertThat(room(store(), "a").last()).isEqualTo(100);
    assertEachKeptStateCanBeMade();
  }

  @Test
  default void keysOutliveTheirEntries() {
    register(store(), "a");
    for (long seq = 1; seq <= 30; seq++) {
      write(store(), "a", 1, List.of(Samples.append(ROOM, Samples.keyed(seq, "k" + seq))));
    }
    save(store(), "a", snapshot(10), newest(5));
    save(store(), "a", snapshot(30), newest(5));
    assertThat(room(store(), "a").oldest()).isGreaterThan(10);
    assertThat(room(store(), "a").keys()).hasSize(30).containsEntry("k1", 1L);
  }

  @Test
  default void aYoungEntryStaysHoweverManyThereAre() {
    register(store(), "a");
    Retention hour = new Retention(5, Duration.ofHours(1));
    for (long seq = 10; seq <= 50; seq += 10) {
      write(store(), "a", 1, appends(seq - 9, seq));
      save(store(), "a", snapshot(seq), hour);
    }
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 50));
    assertEachKeptStateCanBeMade();
  }
}
