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
  private final Rate rate;

  /**
   * @param rate the rate of messages of all connections of one key together
   */
  Counts(Rate rate) {
    this.rate = rate;
  }

  /** The connections of one key. */
  static final class Tally {
    private final Counts owner;
    private final String key;
    private final Bucket messages;
    private int count;

    private Tally(Counts owner, String key) {
      this.owner = owner;
      this.key = key;
      this.messages =
          owner.rate == Rate.UNLIMITED ? null : new Bucket(owner.rate, System.nanoTime());
    }

    boolean hasRate() {
      return messages != null;
    }

    /**
     * Counts a message. Returns 0, or, if the message is over the rate, the milliseconds to wait.
     */
    long take(long now) {
      return messages == null ? 0 : messages.take(now);
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
