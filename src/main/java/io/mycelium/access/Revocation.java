package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/**
 * One rule that revokes tokens before they expire. It revokes a token if all conditions that it
 * sets fit the token; it sets at least one of {@code tokenId}, {@code user} and {@code
 * issuedBefore}.
 *
 * @param tenant name of the tenant whose tokens the rule can revoke; null for the node's own tokens
 * @param tokenId {@code jti} of one token; null for any
 * @param user {@code sub}; null for any
 * @param issuedBefore seconds since 1970: revokes tokens that were issued before, and tokens
 *     without a time of issue; {@link #ANY_TIME} revokes all
 * @param until when the rule may be forgotten, in seconds since 1970: the expiry of the last token
 *     that it can revoke; {@link Identity#NEVER} to keep the rule
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
   * @throws Refusal {@code bad_request} if it sets none of the three conditions
   */
  public static Revocation of(JsonObject json) {
    return new Revocation(
        json.getString("tenant"),
        json.getString("token"),
        json.getString("user"),
        json.getLong("issued_before", ANY_TIME),
        json.getLong("until", Identity.NEVER));
  }

  /** Whether this rule revokes everything that the other revokes, for at least as long. */
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
