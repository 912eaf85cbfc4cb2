package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;

/**
 * Where revocations of tokens outlive a restart. Any thread; the futures complete on any thread.
 */
public interface RevocationStore {

  /**
   * Which tokens count no more; this package does not look inside.
   *
   * @param tenant whose tokens; null for the node's own
   * @param token id of one token; null for any
   * @param user whose tokens; null for any
   * @param issuedBefore seconds since 1970; {@link Long#MAX_VALUE} for any
   * @param until when it may be forgotten, in seconds since 1970; {@link Long#MAX_VALUE} for never
   */
  record Revoked(String tenant, String token, String user, long issuedBefore, long until) {

    /** Whether this does all that the other does, for as long. */
    public boolean replaces(Revoked other) {
      return new Revoked(tenant, token, user, other.issuedBefore, other.until).equals(other)
          && issuedBefore >= other.issuedBefore
          && until >= other.until;
    }
  }

  /** All that were added and not removed. */
  Future<List<Revoked>> load();

  /**
   * Completes once it is kept; those that it {@linkplain Revoked#replaces replaces} are not kept
   * any more.
   *
   * @return false if there are that many already, and nothing has changed
   */
  Future<Boolean> add(Revoked revoked, int max);

  /**
   * Forgets those whose time is over.
   *
   * @param now seconds since 1970
   */
  Future<Void> removeExpired(long now);
}
