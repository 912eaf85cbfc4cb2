package io.mycelium.access.token;

import io.mycelium.access.Authenticator;
import io.mycelium.access.Guest;
import io.mycelium.access.Identity;
import io.mycelium.access.Revocations;
import io.mycelium.access.Tenant;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;

/** Accepts callers with a token that a configured key has signed and that is not revoked. */
public final class TokenAuthenticator implements Authenticator {
  private final TokenCheck check;
  private final Revocations revocations;
  private final boolean upgrade;

  /**
   * @param upgrade whether the requests ask for WebSockets, which need a user
   */
  public TokenAuthenticator(TokenCheck check, Revocations revocations, boolean upgrade) {
    this.check = check;
    this.revocations = revocations;
    this.upgrade = upgrade;
  }

  @Override
  public Future<Identity> authenticate(HttpServerRequest request) {
    try {
      String token = BearerToken.of(request, upgrade);
      if (token != null) {
        return authenticate(token);
      }
      return upgrade
          ? Future.succeededFuture(Guest.of(request))
          : Future.failedFuture(Guest.refusal());
    } catch (Refusal refusal) {
      return Future.failedFuture(refusal);
    }
  }

  private Future<Identity> authenticate(String token) {
    return check.check(token).compose(this::admit);
  }

  @Override
  public Future<Identity> renew(Identity known, String token) {
    return authenticate(token).compose(next -> same(known, next));
  }

  /** Otherwise the messages of one socket could come from two users. */
  private static Future<Identity> same(Identity known, Identity next) {
    if (Objects.equals(known.userId(), next.userId())
        && Objects.equals(known.tenant(), next.tenant())) {
      return Future.succeededFuture(next);
    }
    return Future.failedFuture(
        new Refusal(
            ErrorCode.FORBIDDEN,
            "the token is of user "
                + next.userId()
                + words(next.tenant())
                + ", expected "
                + known.userId()
                + words(known.tenant())
                + ", whose socket this is"));
  }

  private static String words(Tenant tenant) {
    return tenant == null ? "" : " of tenant " + tenant.name();
  }

  @Override
  public boolean needsToken() {
    return true;
  }

  @Override
  public Future<Identity> read(String token) {
    return authenticate(token);
  }

  private Future<Identity> admit(Identity identity) {
    if (revocations.hits(identity)) {
      return Future.failedFuture(RawToken.unauthorized("the token was revoked"));
    }
    if (upgrade && identity.userId() == null) {
      return Future.failedFuture(
          RawToken.unauthorized("the token names no user (sub), expected one for a socket"));
    }
    if (identity.userId() != null && identity.userId().startsWith(Guest.PREFIX)) {
      return Future.failedFuture(
          RawToken.unauthorized(
              "the token's claim sub begins with "
                  + Guest.PREFIX
                  + ", expected another: so do the ids of those who have no token"));
    }
    return Future.succeededFuture(identity);
  }
}
