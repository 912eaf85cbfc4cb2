package io.mycelium.deployer;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.bus.Outbound;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Receives commands for an instance that sleeps, or is about to. It drops them: links send them
 * again once the instance is up. On the deployer's context.
 */
final class WakeUpListener {
  private final Vertx vertx;
  private final String instance;
  private final DeliveryPublisher publisher;
  private final Runnable onCommand;
  private final Map<String, Long> swallowed = new HashMap<>(2);
  private MessageConsumer<CommandBatch> consumer;
  private boolean wanted;

  WakeUpListener(Vertx vertx, String instance, DeliveryPublisher publisher, Runnable onCommand) {
    this.vertx = vertx;
    this.instance = instance;
    this.publisher = publisher;
    this.onCommand = onCommand;
  }

  /** Starts before the instance stops listening, so that no command goes unnoticed. */
  void listen() {
    wanted = false;
    if (consumer == null) {
      consumer = vertx.eventBus().localConsumer(Addresses.commands(instance), this::onBatch);
    }
  }

  private void onBatch(Message<CommandBatch> message) {
    CommandBatch batch = message.body();
    swallowed.putIfAbsent(batch.gateway(), batch.previous());
    wanted = true;
    onCommand.run();
  }

  /** Whether the instance got a command since {@link #listen}. */
  boolean isWanted() {
    return wanted;
  }

  void want() {
    wanted = true;
  }

  void stopListening() {
    if (consumer != null) {
      consumer.unregister();
      consumer = null;
    }
    swallowed.clear();
  }

  /** The instance stays awake after all: passes the received commands to it. */
  void resendTo(long generation) {
    List<Outbound> resends =
        swallowed.entrySet().stream()
            .<Outbound>map(each -> new Outbound.Resend(each.getKey(), each.getValue()))
            .toList();
    stopListening();
    publisher.publish(new DeliveryBatch(instance, generation, DeliveryBatch.UNNUMBERED, resends));
  }
}
