package io.mycelium.deployer;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.journal.RevocationStore;
import io.mycelium.journal.RevocationStore.Revoked;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Answers the requests of {@link io.mycelium.bus.RevocationDirectory}: a revocation is stored
 * first, its notice is published second.
 */
final class RevocationService {
  /** Beyond it a new one is refused; {@code issued_before} does the work of many. */
  private static final int MAX = 100_000;

  private static final long TIDY_MS = 600_000;

  private final Vertx vertx;
  private final RevocationStore store;

  RevocationService(Vertx vertx, RevocationStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  Future<Void> start() {
    vertx.setPeriodic(TIDY_MS, ignored -> store.removeExpired(System.currentTimeMillis() / 1000));
    return vertx
        .eventBus()
        .<JsonObject>localConsumer(Addresses.REVOCATIONS, this::onRequest)
        .completion();
  }

  private void onRequest(Message<JsonObject> request) {
    handle(request.body())
        .onSuccess(request::reply)
        .onFailure(cause -> InstanceDirectory.refuse(request, cause));
  }

  private Future<JsonObject> handle(JsonObject request) {
    if (request.getString("op").equals("list")) {
      return store.load().map(RevocationService::list);
    }
    JsonObject revocation = request.getJsonObject("revocation");
    return store.add(row(revocation), MAX).compose(kept -> kept(revocation, kept));
  }

  private Future<JsonObject> kept(JsonObject revocation, boolean kept) {
    if (!kept) {
      return Future.failedFuture(
          new Refusal(
              ErrorCode.OVERLOADED,
              "there are "
                  + MAX
                  + " revocations; revoke by issued_before, which does the work of many"));
    }
    vertx.eventBus().publish(Addresses.REVOKED, revocation);
    return Future.succeededFuture(revocation);
  }

  private static Revoked row(JsonObject json) {
    return new Revoked(
        json.getString("tenant"),
        json.getString("token"),
        json.getString("user"),
        json.getLong("issued_before", Long.MAX_VALUE),
        json.getLong("until", Long.MAX_VALUE));
  }

  private static JsonObject list(List<Revoked> rows) {
    JsonArray items = new JsonArray();
    rows.forEach(row -> items.add(json(row)));
    return new JsonObject().put("items", items);
  }

  private static JsonObject json(Revoked row) {
    JsonObject json = new JsonObject();
    putText(json, "tenant", row.tenant());
    putText(json, "token", row.token());
    putText(json, "user", row.user());
    putTime(json, "issued_before", row.issuedBefore());
    putTime(json, "until", row.until());
    return json;
  }

  private static void putText(JsonObject json, String name, String text) {
    if (text != null) {
      json.put(name, text);
    }
  }

  private static void putTime(JsonObject json, String name, long time) {
    if (time != Long.MAX_VALUE) {
      json.put(name, time);
    }
  }
}
