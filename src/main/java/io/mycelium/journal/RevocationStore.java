package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;

/** Stores revocations of tokens. Called on any thread; the futures complete on any thread. */
public interface RevocationStore {

  /**
   * A rule that makes tokens invalid; this package does not interpret the rule.
   *
   * @param tenant whose tokens; null for the node's own
   * @param token id of one token; null for any
   * @param user whose tokens; null for any
   * @param issuedBefore seconds since 1970; {@link Long#MAX_VALUE} for any
   * @param until when it may be forgotten, in seconds since 1970; {@link Long#MAX_VALUE} for never
   */
  record Revoked(String tenant, String token, String user, long issuedBefore, long until) {

    /** Whether this rule covers everything that the other covers, for as long. */
    public boolean replaces(Revoked other) {
      return new Revoked(tenant, token, user, other.issuedBefore, other.until).equals(other)
          && issuedBefore >= other.issuedBefore
          && until >= other.until;
    }
  }

  /** All that were added and not removed. */
  Future<List<Revoked>> load();

  /**
   * Stores a rule and removes the rules that it {@linkplain Revoked#replaces replaces}.
   *
   * @return false, with nothing changed, if the store already has that many rules
   */
  Future<Boolean> add(Revoked revoked, int max);

  /**
   * Removes the rules whose time is over.
   *
   * @param now seconds since 1970
   */
  Future<Void> removeExpired(long now);
}
