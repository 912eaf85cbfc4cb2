package io.mycelium.limits;

import io.mycelium.protocol.Bucket;
import io.mycelium.protocol.Rate;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections of a node each address, user or tenant has. Exact over all event loops;
 * touched when a connection comes or goes. There is an entry for whom there is a connection, so
 * there are never more entries than connections. Any thread.
 */
final class Counts {
  private final ConcurrentHashMap<String, Tally> tallies = new ConcurrentHashMap<>();
  private final Rate rate;

  /**
   * @param rate of the messages of all connections of one key
   */
  Counts(Rate rate) {
    this.rate = rate;
  }

  /** One key's connections. */
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

    /** Counts a message: 0, or in how many milliseconds to try again. */
    long take(long now) {
      return messages == null ? 0 : messages.take(now);
    }

    void free() {
      owner.tallies.computeIfPresent(key, (same, tally) -> --tally.count == 0 ? null : tally);
    }
  }

  /**
   * Counts one more.
   *
   * @param most 0 for no limit
   * @return to be {@linkplain Tally#free freed}; null if there are that many
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

  /** How many keys have a connection. */
  int size() {
    return tallies.size();
  }
}
