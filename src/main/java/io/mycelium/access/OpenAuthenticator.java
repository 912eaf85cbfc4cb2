package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.UUID;

/** Trusts every caller: the user id is the query parameter {@code userId}, or a random one. */
public final class OpenAuthenticator implements Authenticator {
  @Override
  public Future<Identity> authenticate(HttpServerRequest request) {
    String userId;
    try {
      userId = UserId.parameter(request);
    } catch (Refusal refusal) {
      return Future.failedFuture(refusal);
    }
    if (userId == null) {
      return Future.succeededFuture(Identity.everything(UUID.randomUUID().toString()));
    }
    if (!UserId.isValid(userId)) {
      return Future.failedFuture(
          Refusal.of(ErrorCode.BAD_REQUEST, "userId", userId, UserId.EXPECTED));
    }
    return Future.succeededFuture(Identity.everything(userId));
  }
}
