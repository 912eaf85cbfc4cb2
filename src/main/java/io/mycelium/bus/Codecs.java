package io.mycelium.bus;

import io.vertx.core.Vertx;

/** Registers the codecs of the contract; once per Vert.x, before anything is deployed. */
public final class Codecs {
  /** Name of the codec of {@link CommandBatch}. */
  public static final String COMMANDS = CommandBatchCodec.NAME;

  /** Name of the codec of {@link DeliveryBatch}. */
  public static final String DELIVERIES = DeliveryBatchCodec.NAME;

  private Codecs() {}

  public static void register(Vertx vertx) {
    vertx.eventBus().registerDefaultCodec(CommandBatch.class, new CommandBatchCodec());
    vertx.eventBus().registerDefaultCodec(DeliveryBatch.class, new DeliveryBatchCodec());
  }
}
