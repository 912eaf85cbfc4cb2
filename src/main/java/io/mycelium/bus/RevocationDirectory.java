package io.mycelium.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/**
 * The revocations as the web half sees them: requests to their keeper, and a notice of each new
 * one. A <em>revocation</em> is {@code {tenant?, token?, user?, issued_before?, until?}}. Each
 * future fails with a {@link io.mycelium.protocol.Refusal}.
 */
public final class RevocationDirectory {
  private final Vertx vertx;

  public RevocationDirectory(Vertx vertx) {
    this.vertx = vertx;
  }

  /** {@code {items: [revocation]}} */
  public Future<JsonObject> list() {
    return request(new JsonObject().put("op", "list"));
  }

  /** Completes once the revocation is stored and its notice is published. */
  public Future<JsonObject> add(JsonObject revocation) {
    return request(new JsonObject().put("op", "add").put("revocation", revocation));
  }

  private Future<JsonObject> request(JsonObject request) {
    return vertx
        .eventBus()
        .<JsonObject>request(Addresses.REVOCATIONS, request, Addresses.here())
        .map(Message::body)
        .recover(cause -> Future.failedFuture(InstanceDirectory.refusal(cause)));
  }

  /**
   * Passes each new revocation to the listener, on the caller's context.
   *
   * @return completes once the listener misses none
   */
  public Future<Void> onRevoked(Consumer<JsonObject> listener) {
    return vertx
        .eventBus()
        .<JsonObject>consumer(Addresses.REVOKED, message -> listener.accept(message.body()))
        .completion();
  }
}
