package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.entry;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.StoreRig;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import io.mycelium.protocol.Payload;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a SQLite file whose entries are all sorted later, and tests of when they are
 * sorted.
 */
final class SortedLaterStoreTest extends DatabaseContract {
  private static final byte[] NONE = {};
  private static final int ROOMS = 20;

  @TempDir Path folder;

  @Override
  String newDatabase() {
    return "jdbc:sqlite:" + folder.resolve("data/mycelium.db");
  }

  @Override
  public JdbcStore open(String url) {
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
    assertThat(entriesInTheirTable()).isZero();
    assertThat(kept("r7")).isEqualTo(range(1, 2));
    assertThat(entriesInTheirTable()).isEqualTo(2);
  }

  @Test
  void aCommitOfFewEntriesOrOfManyOfARoomIsSortedAtOnce() throws SQLException {
    reopenWithDefaults();
    await(store.journal().append("i", 1, StoreRig.appends("lobby", "e", 1, 15)));
    await(store.journal().append("i", 1, StoreRig.appends("other", "e", 1, 100)));
    assertThat(entriesInTheirTable()).isEqualTo(115);
    assertThat(count("unsorted")).isZero();
  }

  @Test
  void whatAClosedServerLeftUnsortedIsThereForTheNext() throws SQLException {
    reopenWithDefaults();
    appendScattered(1);
    reopenWithDefaults();
    assertThat(entriesInTheirTable()).isZero();
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
    assertThat(entriesInTheirTable()).isEqualTo(2000);
  }

  @Test
  void whereNothingIsWrittenWhatIsLeftIsSortedByItself() throws Exception {
    reopenWithDefaults();
    appendScattered(1);
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (count("unsorted") > 0) {
      assertThat(System.nanoTime()).as("still unsorted after 30 s").isLessThan(deadline);
    }
    assertThat(entriesInTheirTable()).isEqualTo(ROOMS);
  }

  /** Entries that no version of the format may lose. */
  private static final Map<Place, List<EntryBlocks.Kept>> KEPT =
      Map.of(
          new Place("i", "röom"),
          List.of(
              kept(9, new Entry(1, 2, "push", null, Payload.json("{\"é\":1}"))),
              kept(9, new Entry(2, 9, "tick", "u\u0000\uD83D\uDE00", Payload.EMPTY)),
              kept(10, new Entry(3, 4, "", "", Payload.binary(new byte[] {0, -1}), "key"))),
          new Place("j", ""),
          List.of(kept(9, new Entry(Long.MAX_VALUE, -1, "push", "u", Payload.binary(NONE), ""))));

  private static EntryBlocks.Kept kept(long generation, Entry entry) {
    return new EntryBlocks.Kept(generation, entry);
  }

  @Test
  void aRowKeepsWhateverAnEntryHas() {
    EntryBlocks.Encoded encoded = EntryBlocks.of(KEPT);
    assertThat(encoded.blocks()).hasSize(3);
    assertThat(decoded(encoded.blocks())).usingRecursiveComparison().isEqualTo(KEPT);
    assertThat(decoded(EntryBlocks.read(encoded.row()))).usingRecursiveComparison().isEqualTo(KEPT);
  }

  private static Map<Place, List<EntryBlocks.Kept>> decoded(List<EntryBlock> blocks) {
    Map<Place, List<EntryBlocks.Kept>> found = new HashMap<>();
    for (EntryBlock block : blocks) {
      byte[] row = EntryBlocks.row(List.of(block));
      List<Entry> entries = EntryBlocks.entries(block.last(), block.size(), row);
      assertThat(block.latest()).isEqualTo(entries.stream().mapToLong(Entry::at).max().orElse(0));
      entries.forEach(
          entry ->
              found
                  .computeIfAbsent(block.place(), place -> new ArrayList<>())
                  .add(kept(block.generation(), entry)));
    }
    return found;
  }

  /** The version that named instance, generation, room and sequence for each entry. */
  @Test
  void aRowOfTheFirstVersionIsTakenUp() throws IOException, SQLException {
    await(store.journal().append("i", 1, List.of(append("r", "e", entry(1)))));
    await(store.close());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(1);
    for (long seq = 2; seq <= 3; seq++) {
      text(out, seq == 2 ? "i" : "");
      out.writeLong(1);
      text(out, "r");
      out.writeLong(seq);
      out.writeLong(1000 + seq);
      text(out, "push");
      text(out, "user" + seq % 3);
      out.writeInt(-1);
      out.writeByte(0);
      text(out, "{\"n\":" + seq + "}");
    }
    execute(
        "INSERT INTO unsorted (id, entries) VALUES (9, x'"
            + HexFormat.of().formatHex(bytes.toByteArray())
            + "')");
    store = open(url());
    assertThat(await(store.journal().read("i", "r", 0, 9)).entries())
        .usingRecursiveComparison()
        .isEqualTo(List.of(entry(1), entry(2), entry(3)));
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** A store's own work on the file, a transaction at a time. */
  private static final class Commits implements AutoCloseable {
    private final Connection connection;
    private final UnsortedEntries unsorted;
    private final Map<String, Long> last = new HashMap<>();

    Commits(String url, int most) throws SQLException {
      connection = DriverManager.getConnection(url);
      connection.setAutoCommit(false);
      unsorted =
          new UnsortedEntries(new UnsortedEntries.Limits(3, Integer.MAX_VALUE, 1 << 20, most, 1));
    }

    /** Three entries or more are a row of their own, fewer go to their table. */
    void commit(int count, String... rooms) throws SQLException {
      commit(count, false, rooms);
      unsorted.committed();
      for (String room : rooms) {
        last.merge(room, (long) count, Long::sum);
      }
    }

    /** The commit succeeds, but its outcome stays unknown. */
    void commitUnheardOf(int count, String room) throws SQLException {
      commit(count, false, room);
      unsorted.rolledBack();
    }

    void commitAgain(int count, String room) throws SQLException {
      commit(count, true, room);
      unsorted.committed();
      last.merge(room, (long) count, Long::sum);
    }

    private void commit(int count, boolean again, String... rooms) throws SQLException {
      Transaction transaction =
          new Transaction(
              new Statements(connection),
              new Generations(new HashMap<>()),
              new RoomEpochs(),
              unsorted,
              again);
      for (String room : rooms) {
        long from = last.getOrDefault(room, 0L);
        for (long seq = from + 1; seq <= from + count; seq++) {
          transaction.add("i", 1, room, entry(seq), null);
        }
      }
      transaction.end();
      connection.commit();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  private Commits commits(int most) throws SQLException {
    await(store.close());
    execute("INSERT INTO rooms (instance, room, epoch) VALUES ('i', 'r', 'e'), ('i', 'a', 'e')");
    return new Commits(url(), most);
  }

  /** As if the writes of a commit with an unknown outcome were grouped differently in the retry. */
  @Test
  void whatACommitDidThatIsRepeatedIsReadOnceAndInOrder() throws SQLException {
    try (Commits commits = commits(1 << 20)) {
      commits.commit(3, "r");
      commits.commitUnheardOf(2, "r");
      commits.commitAgain(6, "r");
      commits.commit(1, "r");
      commits.commitUnheardOf(4, "r");
      commits.commitAgain(2, "r");
      commits.commitUnheardOf(5, "r");
      commits.commitAgain(3, "r");
    }
    readsAre(15);
    readsAre(15);
  }

  @Test
  void whatIsThereAlreadyIsRefusedBesideWhatIsRepeated() throws SQLException {
    try (Commits commits = commits(1 << 20)) {
      commits.commit(3, "r");
      commits.commitUnheardOf(2, "r");
      commits.last.put("r", 1L);
      assertThatThrownBy(() -> commits.commitAgain(1, "r"))
          .hasMessageContaining("entry 2 of")
          .hasMessageContaining("is there already");
    }
    readsAre(5);
  }

  /** A row is deleted once all its entries are sorted; another row has a part of the same room. */
  @Test
  void whatWasSortedBeforeItsRowWentIsNotSortedAnewAfterARestart() throws SQLException {
    try (Commits commits = commits(6)) {
      commits.commit(3, "a", "r");
      commits.commit(3, "r");
      commits.commit(2, "r");
    }
    readsAre(8);
    assertThat(number("SELECT count(*) FROM entries WHERE room = 'r'")).isEqualTo(1);
    readsAre(8);
  }

  /** Reads from everywhere, by a store that was just opened. */
  private void readsAre(long last) {
    await(store.close());
    store = open(url());
    assertThat(await(store.journal().rooms("i")).get("r").oldest()).isEqualTo(1);
    for (int limit = 1; limit <= last; limit++) {
      for (long seq = 0; seq <= last + 1; seq++) {
        assertThat(seqs(await(store.journal().read("i", "r", seq, limit)).entries()))
            .isEqualTo(range(seq + 1, Math.min(last, seq + limit)));
        assertThat(seqs(await(store.journal().readBefore("i", "r", seq, limit)).entries()))
            .isEqualTo(range(Math.max(1, seq - limit), Math.min(last, seq - 1)));
      }
    }
  }

  /** Blocks of the same entries, cut at other places. */
  @Test
  void whatTwoRowsHaveIsReadOnce() throws SQLException {
    commits(1).close();
    try (Connection connection = DriverManager.getConnection(url())) {
      Transaction transaction =
          new Transaction(
              new Statements(connection),
              new Generations(new HashMap<>()),
              new RoomEpochs(),
              new UnsortedEntries(StoreRig.ALWAYS_LATER),
              false);
      for (long[] row : new long[][] {{1, 8}, {1, 3}, {4, 6}, {8, 8}, {9, 12}, {10, 14}}) {
        transaction.insert(block(row[0], row[1]));
        transaction.flush();
      }
    }
    readsAre(14);
  }

  private static List<EntryBlock> block(long first, long last) {
    List<EntryBlocks.Kept> entries = new ArrayList<>();
    for (long seq = first; seq <= last; seq++) {
      entries.add(kept(1, entry(seq)));
    }
    return EntryBlocks.of(Map.of(new Place("i", "r"), entries)).blocks();
  }

  @Test
  void aRowOfALaterVersionIsRefusedInWords() throws SQLException {
    await(store.close());
    execute("INSERT INTO unsorted (id, entries) VALUES (1, x'03')");
    assertThatThrownBy(() -> open(url()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("version 3, expected 1 to 2: start the version of this server");
    execute("DELETE FROM unsorted");
    store = open(url());
  }
}
