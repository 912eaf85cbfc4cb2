package io.mycelium.connection;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Identity;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The connections of one hub whose tokens expire, in the order in which something is to be done
 * about it: no timer for each, and none is looked at before. On the hub's event loop.
 */
final class TokenWatch {
  private final Authenticators access;
  private final LongSupplier clock;
  private final TreeSet<Credentials> queue =
      new TreeSet<>(
          Comparator.comparingLong(Credentials::due).thenComparingLong(Credentials::number));

  /**
   * @param clock milliseconds since 1970
   */
  TokenWatch(Authenticators access, LongSupplier clock) {
    this.access = access;
    this.clock = clock;
  }

  void add(Credentials credentials) {
    if (credentials.identity().expires() != Identity.NEVER) {
      credentials.dueAt(
          credentials.wasToldOf() ? end(credentials) : noticeAt(credentials, clock.getAsLong()));
      queue.add(credentials);
    }
  }

  /** A token that lives no longer than the notice is told of at half of its time. */
  private long noticeAt(Credentials credentials, long now) {
    long left = expiry(credentials) - now;
    return expiry(credentials) - Math.min(access.expiryNotice().toMillis(), left / 2);
  }

  private long end(Credentials credentials) {
    return expiry(credentials) + access.expiryGrace().toMillis();
  }

  /** Before what decides about the order changes. */
  void remove(Credentials credentials) {
    queue.remove(credentials);
  }

  /** To be called once a second. */
  void advance() {
    long now = clock.getAsLong();
    while (!queue.isEmpty() && queue.first().due() <= now) {
      Credentials credentials = queue.pollFirst();
      if (credentials.expire(expiry(credentials) - now)) {
        add(credentials);
      }
    }
  }

  Future<Identity> renew(Identity known, String token) {
    return access.upgrades().renew(known, token);
  }

  private static long expiry(Credentials credentials) {
    return credentials.identity().expires() * 1000;
  }
}
