package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A process that appends, says what was acknowledged, and is killed with SIGKILL. */
final class KilledServer {
  private KilledServer() {}

  /** Arguments: URL, user, password, first sequence. */
  public static void main(String[] args) throws InterruptedException {
    Store store =
        JdbcStore.open(
            io.mycelium.testing.Journals.at(args[0], args[1], args[2]), JournalMeters.NONE);
    long generation = Long.parseLong(args[3]);
    PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out));
    if (generation == 1) {
      Samples.register(store, "a");
    }
    await(store.journal().fence("a", generation));
    Journal.Room room = Samples.room(store, "a");
    java.util.concurrent.Semaphore inFlight = new java.util.concurrent.Semaphore(50);
    for (long seq = room == null ? 1 : room.last() + 1; ; seq++) {
      inFlight.acquire();
      long acked = seq;
      store
          .journal()
          .append("a", generation, Samples.appends(seq, seq))
          .onSuccess(
              ignored -> {
                out.println(acked);
                inFlight.release();
              })
          .onFailure(cause -> Runtime.getRuntime().halt(3));
    }
  }

  /** Runs and kills it so many times; after each, all that it acknowledged is kept, in order. */
  static void killAndCheck(JournalConfig config, int times) throws IOException {
    for (int generation = 1; generation <= times; generation++) {
      long acked = runAndKill(config, generation, 300);
      Store store = JdbcStore.open(config, JournalMeters.NONE);
      try {
        List<Entry> kept = Samples.kept(store, "a");
        assertThat(kept).isEqualTo(Samples.entries(1, kept.size()));
        assertThat((long) kept.size()).isBetween(acked, acked + 50);
        await(store.journal().fence("a", generation));
      } finally {
        await(store.close());
      }
    }
  }

  /** Returns the last sequence that it acknowledged. */
  private static long runAndKill(JournalConfig config, int generation, int lines)
      throws IOException {
    Process server =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                KilledServer.class.getName(),
                config.url(),
                config.user(),
                config.password(),
                Integer.toString(generation))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.US_ASCII))) {
      int seen = 0;
      String line = out.readLine();
      while (line != null) {
        if (line.matches("\\d+")) {
          // The last line may be cut off.
          last = Math.max(last, Long.parseLong(line));
          if (++seen == lines) {
            // Process.destroyForcibly would close the pipe, which may hold more.
            server.toHandle().destroyForcibly();
          }
        }
        line = out.readLine();
      }
      assertThat(seen).as("acknowledgements before the kill").isGreaterThanOrEqualTo(lines);
    } catch (IOException e) {
      throw new IOException("the pipe broke before its end", e);
    } finally {
      server.destroyForcibly();
    }
    return last;
  }
}
