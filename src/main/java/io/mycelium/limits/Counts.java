package io.mycelium.limits;

import io.mycelium.protocol.Bucket;
import io.mycelium.protocol.Rate;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the connections of each address, user or tenant on a node, exactly over all event loops.
 * Changes when a connection opens or closes. Only keys with a connection have an entry, so there
 * are never more entries than connections. Any thread.
 */
final class Counts {
  private final ConcurrentHashMap<String, Tally> tallies = new ConcurrentHashMap<>();
  private final Rate messages;
  private final Rate bytes;

  /**
   * @param messages the rate of messages of all connections of one key together
   * @param bytes the rate of their bytes
   */
  Counts(Rate messages, Rate bytes) {
    this.messages = messages;
    this.bytes = bytes;
  }

  /** The connections of one key. */
  static final class Tally {
    private final Counts owner;
    private final String key;

    /** Null if there is no rate. */
    private final Bucket messages;

    private final Bucket bytes;
    private int count;

    private Tally(Counts owner, String key) {
      this.owner = owner;
      this.key = key;
      this.messages = bucket(owner.messages);
      this.bytes = bucket(owner.bytes);
    }

    private static Bucket bucket(Rate rate) {
      return rate == Rate.UNLIMITED ? null : new Bucket(rate, System.nanoTime());
    }

    boolean hasRate() {
      return messages != null || bytes != null;
    }

    /**
     * Counts a message. Returns 0, or, if the message is over the rate, the milliseconds to wait.
     */
    long take(long now, int length) {
      long wait = messages == null ? 0 : messages.take(now, 1);
      return wait > 0 || bytes == null ? wait : bytes.take(now, length);
    }

    void free() {
      owner.tallies.computeIfPresent(key, (same, tally) -> --tally.count == 0 ? null : tally);
    }
  }

  /**
   * Counts one more connection.
   *
   * @param most the largest number of connections; 0 for no limit
   * @return the tally, to be {@linkplain Tally#free freed}; null if the key has that many already
   */
  Tally take(String key, int most) {
    boolean[] taken = new boolean[1];
    Tally found =
        tallies.compute(
            key,
            (same, known) -> {
              Tally tally = known == null ? new Tally(this, key) : known;
              taken[0] = most == 0 || tally.count < most;
              tally.count += taken[0] ? 1 : 0;
              return tally;
            });
    return taken[0] ? found : null;
  }

  /** Number of keys with a connection. */
  int size() {
    return tallies.size();
  }
}
