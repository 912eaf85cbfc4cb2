package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.append;
import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal.Append;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of a SQLite file: the error messages, and the entries that are kept. */
final class SqliteFaultsTest {
  @TempDir Path folder;

  /** Tells when a transaction could not be written. */
  private static final class Trouble implements JournalMeters {
    final CountDownLatch began = new CountDownLatch(1);

    @Override
    public void retried() {
      began.countDown();
    }

    void await() throws InterruptedException {
      assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private String url(Path file) {
    return "jdbc:sqlite:" + file;
  }

  private static List<Append> large(long seq, int bytes) {
    Payload payload = Payload.json('"' + "x".repeat(bytes) + '"');
    return List.of(append("lobby", "e", new Entry(seq, 1, "push", "u", payload)));
  }

  private static List<Long> stored(Store store) {
    return seqs(await(store.journal().read("i", "lobby", 0, 1_000_000)).entries());
  }

  /** Appends until the disk is full, makes room, and expects all of it to be kept. */
  private static void fillUp(String url, boolean sortedLater, AutoCloseable makesRoom)
      throws Exception {
    Trouble trouble = new Trouble();
    UnsortedEntries.Limits limits =
        sortedLater ? StoreRig.ALWAYS_LATER : UnsortedEntries.Limits.DEFAULT;
    Store store = JdbcStore.open(config(url), trouble, limits);
    await(store.instances().create(instance("i")));
    long seq = 0;
    Future<Void> last = Future.succeededFuture();
    while (trouble.began.getCount() > 0) {
      last = store.journal().append("i", 1, large(++seq, 20_000));
      if (seq % 50 == 0 && trouble.began.getCount() > 0) {
        Future.any(last, failing(trouble)).toCompletionStage().toCompletableFuture().get();
      }
    }
    assertThat(store.journal().refusal()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE);
    assertThat(last.isComplete()).isFalse();
    if (sortedLater) {
      assertThat(failure(store.journal().read("i", "lobby", 0, 1)))
          .isInstanceOfSatisfying(
              Refusal.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE));
    } else {
      assertThat(stored(store)).isNotEmpty();
    }
    makesRoom.close();
    await(last);
    assertThat(store.journal().refusal()).isNull();
    assertThat(stored(store)).isEqualTo(range(1, seq));
    await(store.close());
  }

  private static Future<Void> failing(Trouble trouble) {
    Promise<Void> promise = Promise.promise();
    Thread waiting =
        new Thread(
            () -> {
              try {
                trouble.began.await();
                promise.complete();
              } catch (InterruptedException e) {
                promise.fail(e);
              }
            });
    waiting.setDaemon(true);
    waiting.start();
    return promise.future();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatDoesNotFitIsWrittenOnceThereIsRoom(boolean sortedLater) throws Exception {
    Path file = folder.resolve("m.db");
    await(JdbcStore.open(config(url(file)), JournalMeters.NONE).close());
    try (Connection connection = DriverManager.getConnection(url(file));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE ballast (bytes BLOB)");
      statement.execute("INSERT INTO ballast VALUES (zeroblob(8000000))");
    }
    fillUp(
        url(file) + "?max_page_count=2500",
        sortedLater,
        () -> {
          try (Connection connection = DriverManager.getConnection(url(file));
              Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM ballast");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFullDiskIsWaitedFor(boolean sortedLater) throws Exception {
    String disk = Files.createDirectory(folder.resolve("disk")).toString();
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk) == 0, "cannot mount");
    try {
      Path ballast = Path.of(disk, "ballast");
      Files.write(ballast, new byte[12 << 20]);
      fillUp(url(Path.of(disk, "m.db")), sortedLater, () -> Files.delete(ballast));
    } finally {
      run("umount", disk);
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  @Test
  void aLockedFileIsWaitedForAndTooMuchOnTheWayIsOverload() throws Exception {
    Path file = folder.resolve("m.db");
    Trouble trouble = new Trouble();
    Store store = JdbcStore.open(config(url(file) + "?busy_timeout=10"), trouble);
    await(store.instances().create(instance("i")));
    Future<Void> last;
    try (Connection other = DriverManager.getConnection(url(file));
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      store.journal().append("i", 1, appends("lobby", "e", 1, 3));
      trouble.await();
      assertThat(store.journal().refusal()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE);
      last = store.journal().append("i", 1, appends("lobby", "e", 4, 6));
      assertThat(last.isComplete()).isFalse();
    }
    await(last);
    assertThat(store.journal().refusal()).isNull();
    assertThat(stored(store)).isEqualTo(range(1, 6));
    await(store.close());
  }

  @Test
  void moreThanMayBeQueuedIsOverload() {
    CountDownLatch goOn = new CountDownLatch(1);
    Store store =
        JdbcStore.open(
            config(url(folder.resolve("m.db")), Duration.ofMillis(5), 1 << 20),
            new JournalMeters() {
              @Override
              public void committed(int entries, long nanos) {
                if (entries > 0) {
                  waitFor(goOn);
                }
              }
            });
    await(store.instances().create(instance("i")));
    await(store.journal().append("i", 1, large(1, 10)));
    Future<Void> last = Future.succeededFuture();
    for (long seq = 2; seq <= 6; seq++) {
      last = store.journal().append("i", 1, large(seq, 256 << 10));
    }
    assertThat(store.journal().refusal()).isEqualTo(ErrorCode.OVERLOADED);
    goOn.countDown();
    await(last);
    assertThat(store.journal().refusal()).isNull();
    await(store.close());
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsNoDatabaseIsSaidSo() throws IOException {
    Path file = folder.resolve("m.db");
    Files.writeString(file, "these are not the bytes you are looking for".repeat(100));
    refused(file, "is damaged or no SQLite database", "restore a backup");
  }

  @Test
  void aDamagedFileIsSaidSo() throws IOException {
    Path file = folder.resolve("m.db");
    Store store = JdbcStore.open(config(url(file)), JournalMeters.NONE);
    await(store.instances().create(instance("i")));
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 5000)));
    await(store.close());
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] noise = new byte[4096];
      Arrays.fill(noise, (byte) 0xa5);
      for (long at = bytes.length() / 2 / 4096 * 4096; at < bytes.length(); at += 4096) {
        bytes.seek(at);
        bytes.write(noise);
      }
    }
    refused(file, "is damaged or no SQLite database", "restore a backup");
  }

  @Test
  void aFolderThatCannotBeMadeIsSaidSo() throws IOException {
    Path blocking = Files.writeString(folder.resolve("file"), "x");
    refused(blocking.resolve("data/m.db"), "the folder " + blocking.resolve("data"), "make it");
  }

  @Test
  void theOneWhoHasTheFileIsNamed() {
    Path file = folder.resolve("m.db");
    Store store = JdbcStore.open(config(url(file)), JournalMeters.NONE);
    refused(file, file.toString(), "process " + ProcessHandle.current().pid(), "m.db.lock");
    await(store.close());
    await(JdbcStore.open(config(url(file)), JournalMeters.NONE).close());
  }

  private void refused(Path file, String... says) {
    assertThatThrownBy(() -> JdbcStore.open(config(url(file)), JournalMeters.NONE))
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll(says);
  }

  @Test
  void whatNobodyWaitsForIsGatheredAndASyncEntryTakesItAlong() {
    JournalConfig lazily = config(url(folder.resolve("m.db")), Duration.ofMinutes(1), 64 << 20);
    AtomicInteger commits = new AtomicInteger();
    Store store =
        JdbcStore.open(
            lazily,
            new JournalMeters() {
              @Override
              public void committed(int entries, long nanos) {
                if (entries > 0) {
                  commits.incrementAndGet();
                }
              }
            });
    await(store.instances().create(instance("i")));
    Future<Void> lazy = Future.succeededFuture();
    for (long seq = 1; seq <= 50; seq++) {
      lazy =
          store
              .journal()
              .append(
                  "i", 1, List.of(new Append("lobby", "e", Durability.ASYNC, StoreRig.entry(seq))));
    }
    assertThat(lazy.isComplete()).isFalse();
    await(store.journal().append("i", 1, appends("lobby", "e", 51, 51)));
    assertThat(lazy.succeeded()).isTrue();
    await(store.close());
    assertThat(commits.get()).isEqualTo(1);
  }
}
