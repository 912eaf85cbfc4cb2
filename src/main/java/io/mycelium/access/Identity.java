package io.mycelium.access;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who the caller is, and what the caller may do. Determined once, when a request or an upgrade
 * arrives, and passed on as a value.
 *
 * @param userId id that the user's messages and presence carry; null for a back end, which speaks
 *     as nobody and over REST only
 * @param grants the caller may do what any of these allows
 * @param expires when the identity expires, in seconds since 1970, or {@link #NEVER}
 * @param issuedAt when the token was issued, in seconds since 1970; {@link #UNKNOWN} if the token
 *     does not say
 * @param tokenId the token's {@code jti}; null if it has none
 * @param tenant the tenant whose key signed the token; null for the node's own keys
 */
public record Identity(
    String userId, List<Grant> grants, long expires, long issuedAt, String tokenId, Tenant tenant) {

  public static final long NEVER = Long.MAX_VALUE;
  public static final long UNKNOWN = -1;

  /**
   * Cuts the grants of a tenant's identity down to the tenant's prefix: here, so that no caller can
   * forget it.
   */
  public Identity {
    grants =
        tenant == null
            ? List.copyOf(grants)
            : grants.stream().map(grant -> grant.within(tenant.prefix())).toList();
  }

  /**
   * An identity that may do everything and never expires: everybody's with {@code access.mode:
   * open}.
   */
  public static Identity everything(String userId) {
    return new Identity(userId, List.of(Grant.everything()), NEVER, UNKNOWN, null, null);
  }

  /** An identity without grants. */
  public static Identity nothing(String userId) {
    return new Identity(userId, List.of(), NEVER, UNKNOWN, null, null);
  }

  /**
   * A client without a token, in an instance that admits guests.
   *
   * @param write whether the guest may push too
   */
  public static Identity guest(String userId, String instance, boolean write) {
    RoomRights rights = write ? RoomRights.ALL : RoomRights.READ;
    Grant grant = new Grant(List.of(new Glob(instance, false)), Map.of(Glob.ALL, rights), Set.of());
    return new Identity(userId, List.of(grant), NEVER, UNKNOWN, null, null);
  }

  /** The prefix of all instances of the identity: the tenant's, or empty without a tenant. */
  public String prefix() {
    return tenant == null ? "" : tenant.prefix();
  }

  /**
   * @param now seconds since 1970
   */
  public boolean isExpired(long now) {
    return now >= expires;
  }
}
