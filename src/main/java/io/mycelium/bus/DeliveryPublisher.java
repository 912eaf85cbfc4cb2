package io.mycelium.bus;

import io.vertx.core.Vertx;

/**
 * The output of the instance half: publishes batches to every gateway that is linked to the
 * instance. Any thread.
 */
public final class DeliveryPublisher {
  private final Vertx vertx;

  public DeliveryPublisher(Vertx vertx) {
    this.vertx = vertx;
  }

  public void publish(DeliveryBatch batch) {
    if (!batch.items().isEmpty()) {
      vertx
          .eventBus()
          .publish(Addresses.deliveries(batch.instance()), batch, DeliveryBatchCodec.OPTIONS);
    }
  }
}
