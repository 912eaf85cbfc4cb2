package io.mycelium.web;

import io.mycelium.access.Revocation;
import io.mycelium.access.Revocations;
import io.mycelium.bus.RevocationDirectory;
import io.mycelium.connection.Hub;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Keeps the node's revocations equal to the stored ones and closes the revoked sockets of one hub.
 * The web verticles share the revocations; adding the same one twice changes nothing.
 */
final class RevocationFeed {
  private static final long TIDY_MS = 600_000;

  private final Vertx vertx;
  private final Revocations revocations;
  private final Hub hub;

  RevocationFeed(Vertx vertx, Revocations revocations, Hub hub) {
    this.vertx = vertx;
    this.revocations = revocations;
    this.hub = hub;
  }

  /**
   * Completes once all stored revocations are in force here. Listens before it reads them, so that
   * none is missed.
   */
  Future<Void> start() {
    RevocationDirectory directory = new RevocationDirectory(vertx);
    vertx.setPeriodic(
        TIDY_MS, ignored -> revocations.removeExpired(System.currentTimeMillis() / 1000));
    return directory
        .onRevoked(this::revoke)
        .compose(listens -> directory.list())
        .map(
            found -> {
              revocations.addAll(
                  found.getJsonArray("items").stream()
                      .map(item -> Revocation.of((JsonObject) item))
                      .toList());
              return null;
            });
  }

  private void revoke(JsonObject json) {
    revocations.addAll(List.of(Revocation.of(json)));
    hub.endRevoked();
  }
}
