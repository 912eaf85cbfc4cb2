package io.mycelium.testing;

import io.mycelium.journal.JournalConfig;
import java.nio.file.Path;

/** Journal configurations of tests: the defaults in another place. */
public final class Journals {
  private Journals() {}

  /** In a SQLite file. */
  public static JournalConfig in(Path file) {
    return at("jdbc:sqlite:" + file, "", "");
  }

  /** In any database. */
  public static JournalConfig at(String url, String user, String password) {
    JournalConfig base = JournalConfig.DEFAULT;
    return new JournalConfig(
        url,
        user,
        password,
        base.flushInterval(),
        base.maxQueuedBytes(),
        base.snapshotEvery(),
        base.pushOnceWindow(),
        base.maxEntriesPerRoom(),
        base.maxBytesPerRoom(),
        base.maxResumeEntries());
  }
}
