package io.mycelium.connection;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Identity;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * All connections of one hub whose tokens expire, ordered by the time of their next notice or
 * close. One tick serves all connections; no connection has a timer. On the hub's event loop.
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
      credentials.dueAt(credentials.isNoticed() ? end(credentials) : noticeAt(credentials));
      queue.add(credentials);
    }
  }

  /** A token whose lifetime is shorter than the notice is noticed at half of the lifetime. */
  private long noticeAt(Credentials credentials) {
    long left = expiry(credentials) - clock.getAsLong();
    return expiry(credentials) - Math.min(access.expiryNotice().toMillis(), left / 2);
  }

  private long end(Credentials credentials) {
    return expiry(credentials) + access.expiryGrace().toMillis();
  }

  /** To be called before a change of the due time, which the queue is ordered by. */
  void remove(Credentials credentials) {
    queue.remove(credentials);
  }

  /** Connections whose tokens expire. */
  int size() {
    return queue.size();
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
