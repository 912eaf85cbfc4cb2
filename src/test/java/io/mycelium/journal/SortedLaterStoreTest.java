package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.entry;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Payload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a SQLite file whose entries are all sorted later, and when that is done. */
final class SortedLaterStoreTest extends DatabaseContract {
  private static final int ROOMS = 20;

  @TempDir Path folder;

  @Override
  String newDatabase() {
    return "jdbc:sqlite:" + folder.resolve("data/mycelium.db");
  }

  @Override
  JdbcStore open(String url) {
    return JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, StoreRig.ALWAYS_LATER);
  }

  /** One entry in each of many rooms. */
  private void appendScattered(long seq) {
    List<Journal.Append> made = new ArrayList<>();
    for (int room = 0; room < ROOMS; room++) {
      made.add(append("r" + room, "e", entry(seq)));
    }
    await(store.journal().append("i", 1, made));
  }

  private List<Long> kept(String room) {
    return seqs(await(store.journal().read("i", room, 0, 1000)).entries());
  }

  private void reopenWithDefaults() {
    await(store.close());
    store = JdbcStore.open(StoreRig.config(url()), JournalMeters.NONE);
  }

  @Test
  void aScatteredCommitIsOneRowUntilSomebodyReadsARoomAndThenThatRoomIsSorted()
      throws SQLException {
    reopenWithDefaults();
    appendScattered(1);
    appendScattered(2);
    assertThat(count("unsorted")).isEqualTo(2);
    assertThat(count("entries")).isZero();
    assertThat(kept("r7")).isEqualTo(range(1, 2));
    assertThat(count("entries")).isEqualTo(2);
  }

  @Test
  void aCommitOfFewEntriesOrOfManyOfARoomIsSortedAtOnce() throws SQLException {
    reopenWithDefaults();
    await(store.journal().append("i", 1, StoreRig.appends("lobby", "e", 1, 15)));
    await(store.journal().append("i", 1, StoreRig.appends("other", "e", 1, 100)));
    assertThat(count("entries")).isEqualTo(115);
    assertThat(count("unsorted")).isZero();
  }

  @Test
  void whatAClosedServerLeftUnsortedIsThereForTheNext() throws SQLException {
    reopenWithDefaults();
    appendScattered(1);
    reopenWithDefaults();
    assertThat(count("entries")).isZero();
    appendScattered(2);
    assertThat(await(store.journal().rooms("i")).get("r3").last()).isEqualTo(2);
    assertThat(kept("r3")).isEqualTo(range(1, 2));
    assertThat(kept("r19")).isEqualTo(range(1, 2));
  }

  @Test
  void rowsGoThoughTheirEntriesAreReadAsTheyCome() throws SQLException {
    for (long seq = 1; seq <= 100; seq++) {
      appendScattered(seq);
      for (int room = 0; room < ROOMS; room++) {
        assertThat(kept("r" + room)).hasSize((int) seq);
      }
    }
    // A hundred entries are five rows; as many are on the move.
    assertThat(count("unsorted")).isLessThanOrEqualTo(12);
    assertThat(count("entries")).isEqualTo(2000);
  }

  @Test
  void whereNothingIsWrittenWhatIsLeftIsSortedByItself() throws Exception {
    reopenWithDefaults();
    appendScattered(1);
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (count("unsorted") > 0) {
      assertThat(System.nanoTime()).as("still unsorted after 30 s").isLessThan(deadline);
    }
    assertThat(count("entries")).isEqualTo(ROOMS);
  }

  @Test
  void aRowKeepsWhateverAnEntryHas() {
    List<UnsortedEntries.Kept> entries =
        List.of(
            kept("i", new Entry(1, 2, "push", null, Payload.json("{\"é\":1}"))),
            kept("i", new Entry(Long.MAX_VALUE, -1, "tick", "u\u0000\uD83D\uDE00", Payload.EMPTY)),
            kept("j", new Entry(3, 4, "", "", Payload.binary(new byte[] {0, -1}), "key")),
            kept("j", new Entry(4, 5, "push", "u", Payload.binary(new byte[0]), "")));
    assertThat(EntryBlob.read(EntryBlob.of(entries))).usingRecursiveComparison().isEqualTo(entries);
  }

  private static UnsortedEntries.Kept kept(String instance, Entry entry) {
    return new UnsortedEntries.Kept(instance, 9, "röom", entry);
  }

  @Test
  void aRowOfALaterVersionIsRefusedInWords() throws SQLException {
    await(store.close());
    execute("INSERT INTO unsorted (id, entries) VALUES (1, x'02')");
    assertThatThrownBy(() -> open(url()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("version 2, expected 1: start the version of this server");
    execute("DELETE FROM unsorted");
    store = open(url());
  }
}
