package io.mycelium.web.rest;

import io.mycelium.access.Identity;
import io.mycelium.access.Revocation;
import io.mycelium.bus.RevocationDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The operations on revocations, named as in the contract. A tenant sees and makes its own only.
 */
final class RevocationOperations {
  private static final String TENANT = "tenant";

  private final RevocationDirectory directory;

  RevocationOperations(RevocationDirectory directory) {
    this.directory = directory;
  }

  Future<Answer> createRevocation(ApiRequest request) {
    JsonObject rule = request.body().copy();
    String own = tenant(request.identity());
    String named = rule.getString(TENANT);
    if (own != null && named != null && !named.equals(own)) {
      return Future.failedFuture(
          Refusal.of(ErrorCode.FORBIDDEN, TENANT, named, own + ", the tenant of this token"));
    }
    if (own != null) {
      rule.put(TENANT, own);
    }
    Revocation.of(rule);
    return directory.add(rule).map(kept -> new Answer(201, null, kept.toBuffer()));
  }

  Future<Answer> listRevocations(ApiRequest request) {
    String own = tenant(request.identity());
    return directory
        .list()
        .map(
            found -> {
              JsonArray items = new JsonArray();
              for (Object item : found.getJsonArray("items")) {
                if (own == null || own.equals(((JsonObject) item).getString(TENANT))) {
                  items.add(item);
                }
              }
              return Answer.ok(new JsonObject().put("items", items));
            });
  }

  private static String tenant(Identity identity) {
    return identity.tenant() == null ? null : identity.tenant().name();
  }
}
