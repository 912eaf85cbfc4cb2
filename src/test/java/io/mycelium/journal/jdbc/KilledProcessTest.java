package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes that are killed while they write: their acknowledged entries are stored, without gaps.
 */
final class KilledProcessTest {
  private static final int KILLS = Integer.getInteger("journal.kills", 3);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at once", "later"})
  void sqliteKeepsWhatAKilledProcessAcknowledged(String sorted) throws Exception {
    killAndCheck("jdbc:sqlite:" + folder.resolve("m.db"), sorted);
  }

  @Test
  void postgresqlKeepsWhatAKilledProcessAcknowledged() throws Exception {
    killAndCheck(Postgres.shared().newDatabase(), "at once");
  }

  private static void killAndCheck(String url, String sorted) throws Exception {
    long[] acked = new long[KilledWriter.INSTANCES];
    for (int kill = 1; kill <= KILLS; kill++) {
      writeAndKill(List.of(url, "" + kill, sorted), 1500, acked);
      Store store = JdbcStore.open(config(url), JournalMeters.NONE);
      for (int i = 0; i < acked.length; i++) {
        Journal.Room room = await(store.journal().rooms("i" + i)).get("lobby");
        assertThat(room.last()).isGreaterThanOrEqualTo(acked[i]);
        assertThat(seqs(await(store.journal().read("i" + i, "lobby", 0, 1_000_000)).entries()))
            .isEqualTo(range(1, room.last()));
      }
      await(store.close());
    }
  }

  /** Kills the process after this many lines; its whole output counts. */
  private static void writeAndKill(List<String> arguments, int lines, long[] acked)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    long before = sum(acked);
    int seen = 0;
    StringBuilder other = new StringBuilder();
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.matches("[0-9] [0-9]+")) {
          int instance = line.charAt(0) - '0';
          acked[instance] = Math.max(acked[instance], Long.parseLong(line.substring(2)));
          if (++seen == lines) {
            process.toHandle().destroyForcibly();
          }
        } else {
          other.append(line).append('\n');
        }
      }
    }
    process.waitFor();
    assertThat(sum(acked) - before)
        .describedAs("acknowledged by the process, which said %s", other)
        .isGreaterThanOrEqualTo(lines - acked.length);
  }

  private static long sum(long[] numbers) {
    long sum = 0;
    for (long number : numbers) {
      sum += number;
    }
    return sum;
  }
}
