package io.mycelium.journal;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;

/**
 * Where entries are kept.
 *
 * @param url {@code memory:} keeps them in this process only
 * @param maxEntriesPerRoom newest entries of a room that can be read back or fetched after a gap
 * @param maxBytesPerRoom bytes of their payloads
 */
public record JournalConfig(String url, int maxEntriesPerRoom, long maxBytesPerRoom) {

  public static final JournalConfig DEFAULT = new JournalConfig("memory:", 1000, 8L << 20);

  public JournalConfig {
    if (!"memory:".equals(url)) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, "journal.url", url, "memory:");
    }
    Expect.range("journal.max_entries_per_room", maxEntriesPerRoom, 1, 10_000_000);
    Expect.range("journal.max_bytes_per_room", maxBytesPerRoom, 1024, 1L << 40);
  }
}
