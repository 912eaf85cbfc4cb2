package io.mycelium.access;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who asks, and what they were given. Found once, at the edge, and passed on as a value.
 *
 * @param userId id that the user's messages and presence carry; null for a back end, which speaks
 *     as nobody and over REST only
 * @param grants what they may do: the union of these
 * @param expires when that ends, in seconds since 1970; {@link #NEVER} if it does not
 * @param issuedAt when it was given, likewise; {@link #UNKNOWN} if the token does not say
 * @param tokenId the token's {@code jti}; null if it has none
 * @param tenant whose keys signed the token; null for the node's own
 */
public record Identity(
    String userId, List<Grant> grants, long expires, long issuedAt, String tokenId, Tenant tenant) {

  public static final long NEVER = Long.MAX_VALUE;
  public static final long UNKNOWN = -1;

  /** The grants of a tenant's identity are cut down to its prefix here, so that none is missed. */
  public Identity {
    grants =
        tenant == null
            ? List.copyOf(grants)
            : grants.stream().map(grant -> grant.within(tenant.prefix())).toList();
  }

  /** May do everything, for ever: what {@code access.mode: open} gives to everybody. */
  public static Identity everything(String userId) {
    return new Identity(userId, List.of(Grant.everything()), NEVER, UNKNOWN, null, null);
  }

  /** May do nothing but ask. */
  public static Identity nothing(String userId) {
    return new Identity(userId, List.of(), NEVER, UNKNOWN, null, null);
  }

  /**
   * Somebody without a token in an instance that lets guests in.
   *
   * @param write whether they may push as well
   */
  public static Identity guest(String userId, String instance, boolean write) {
    RoomRights rights = write ? RoomRights.ALL : RoomRights.READ;
    Grant grant = new Grant(List.of(new Glob(instance, false)), Map.of(Glob.ALL, rights), Set.of());
    return new Identity(userId, List.of(grant), NEVER, UNKNOWN, null, null);
  }

  /** With what all its instances begin: the tenant's prefix, else nothing. */
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
