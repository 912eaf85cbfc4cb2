package io.mycelium.limits;

import io.mycelium.protocol.Rate;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Limits the upgrades of each address per second. The table of buckets has a fixed size, so two
 * addresses may share a bucket; the hash is keyed with a secret, so that nobody can know which. Any
 * thread.
 */
final class Handshakes {
  private static final int SLOTS = 1 << 16;

  private final Rate rate;
  private final long secret = ThreadLocalRandom.current().nextLong() | 1;
  private final AtomicLongArray full;

  Handshakes(Rate rate) {
    this.rate = rate;
    this.full = rate == Rate.UNLIMITED ? null : new AtomicLongArray(SLOTS);
    long now = System.nanoTime();
    for (int i = 0; full != null && i < SLOTS; i++) {
      full.set(i, now);
    }
  }

  /** Counts an upgrade. Returns 0, or, if it is over the rate, the milliseconds to wait. */
  long take(String address) {
    if (full == null) {
      return 0;
    }
    int slot = slot(address);
    long now = System.nanoTime();
    while (true) {
      long before = full.get(slot);
      long after = rate.after(before, now, 1);
      if (after == Rate.OVER) {
        return rate.retryAfterMs(before, now, 1);
      }
      if (full.compareAndSet(slot, before, after)) {
        return 0;
      }
    }
  }

  private int slot(String address) {
    long hash = secret;
    for (int i = 0; i < address.length(); i++) {
      hash = (hash ^ address.charAt(i)) * secret;
      hash ^= hash >>> 29;
    }
    return (int) (hash >>> 48) & (SLOTS - 1);
  }
}
