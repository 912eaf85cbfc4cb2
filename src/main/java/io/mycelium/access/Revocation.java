package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/**
 * One rule by which tokens count no more before they expire. A token is hit if everything that the
 * rule names fits it; at least one of the first three is named.
 *
 * @param tenant name of the tenant whose tokens it is about; null for the node's own
 * @param tokenId {@code jti} of one token; null for any
 * @param user {@code sub}; null for any
 * @param issuedBefore seconds since 1970: hits what was issued before, and what does not say when;
 *     {@link #ANY_TIME} hits all
 * @param until when the rule goes, in seconds since 1970: when the last token it can hit expires;
 *     {@link Identity#NEVER} to keep it
 */
public record Revocation(
    String tenant, String tokenId, String user, long issuedBefore, long until) {

  public static final long ANY_TIME = Long.MAX_VALUE;

  public Revocation {
    if (tokenId == null && user == null && issuedBefore == ANY_TIME) {
      throw new Refusal(
          ErrorCode.BAD_REQUEST, "a revocation names none of token, user and issued_before");
    }
  }

  /**
   * {@code {tenant?, token?, user?, issued_before?, until?}}
   *
   * @throws Refusal {@code bad_request} if it names none of the three
   */
  public static Revocation of(JsonObject json) {
    return new Revocation(
        json.getString("tenant"),
        json.getString("token"),
        json.getString("user"),
        json.getLong("issued_before", ANY_TIME),
        json.getLong("until", Identity.NEVER));
  }

  /** Whether this hits all that the other does, for as long. */
  boolean includes(Revocation other) {
    return Objects.equals(tenant, other.tenant)
        && (tokenId == null || tokenId.equals(other.tokenId))
        && (user == null || user.equals(other.user))
        && issuedBefore >= other.issuedBefore
        && until >= other.until;
  }

  boolean hits(Identity identity) {
    return (tokenId == null || tokenId.equals(identity.tokenId()))
        && (user == null || user.equals(identity.userId()))
        && (issuedBefore == ANY_TIME || identity.issuedAt() < issuedBefore);
  }
}
