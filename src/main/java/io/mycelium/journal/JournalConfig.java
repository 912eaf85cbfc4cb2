package io.mycelium.journal;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import java.time.Duration;

/**
 * Where instances, entries and snapshots are kept, and how many.
 *
 * @param url {@code jdbc:sqlite:FILE}, {@code jdbc:postgresql://...}, or {@code memory:} for this
 *     process only
 * @param user of the database; empty if the URL names the user or none is needed
 * @param password of the database, or empty; never logged
 * @param flushInterval how long entries of {@code async} rooms are gathered before they are written
 * @param maxQueuedBytes bytes of entries that may wait to be written; above this limit pushes are
 *     answered {@code overloaded}
 * @param snapshotEvery entries of a room between two snapshots
 * @param pushOnceWindow newest entries of a room among which a repeated {@code push_once} key is
 *     recognized
 * @param maxEntriesPerRoom newest entries of a room that are kept in memory, to fill gaps, resume
 *     and scroll back without a read
 * @param maxBytesPerRoom bytes of their payloads
 * @param maxResumeEntries a client that missed more entries than this gets the state instead
 */
public record JournalConfig(
    String url,
    String user,
    String password,
    Duration flushInterval,
    long maxQueuedBytes,
    int snapshotEvery,
    int pushOnceWindow,
    int maxEntriesPerRoom,
    long maxBytesPerRoom,
    int maxResumeEntries) {

  public static final JournalConfig DEFAULT =
      new JournalConfig(
          "jdbc:sqlite:data/mycelium.db",
          "",
          "",
          Duration.ofMillis(50),
          64L << 20,
          1000,
          10_000,
          1000,
          8L << 20,
          10_000);

  public JournalConfig {
    if (!url.equals("memory:")
        && !url.startsWith("jdbc:sqlite:")
        && !url.startsWith("jdbc:postgresql:")) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          "journal.url",
          url.replaceFirst("\\?.*", "").replaceFirst("//.*@", "//"),
          "memory:, jdbc:sqlite:FILE or jdbc:postgresql://HOST/DATABASE");
    }
    Expect.range(
        "journal.flush_interval", flushInterval, Duration.ofMillis(1), Duration.ofMinutes(1));
    Expect.range("journal.max_queued_bytes", maxQueuedBytes, 64 << 10, 1L << 40);
    Expect.range("journal.snapshot_every", snapshotEvery, 1, 10_000_000);
    Expect.range("journal.push_once_window", pushOnceWindow, 10_000, 10_000_000);
    Expect.range("journal.max_entries_per_room", maxEntriesPerRoom, 1, 10_000_000);
    Expect.range("journal.max_bytes_per_room", maxBytesPerRoom, 1024, 1L << 40);
    Expect.range("journal.max_resume_entries", maxResumeEntries, 0, 1_000_000);
  }

  public boolean isMemory() {
    return url.equals("memory:");
  }

  /**
   * {@code memory}, {@code sqlite} or {@code postgresql}: the part of the URL that is not secret.
   */
  public String kind() {
    return url.replaceFirst("^jdbc:", "").split(":", 2)[0];
  }

  /** The same configuration, kept in this process only. */
  public JournalConfig inMemory() {
    return inMemory(maxEntriesPerRoom, maxBytesPerRoom);
  }

  /** A configuration kept in this process only, with these limits for each room. */
  public JournalConfig inMemory(int entries, long bytes) {
    return new JournalConfig(
        "memory:",
        user,
        password,
        flushInterval,
        maxQueuedBytes,
        snapshotEvery,
        pushOnceWindow,
        entries,
        bytes,
        maxResumeEntries);
  }

  /** The URL without its parameters, because one of them may be a password. */
  public String place() {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "JournalConfig[url=" + place() + "]";
  }
}
