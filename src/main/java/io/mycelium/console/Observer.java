package io.mycelium.console;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One room as a console sees it, without joining: no connection, no channel, no presence. It
 * receives the deliveries that the instance publishes anyway, and asks for the room's state and
 * members when they may have changed, at most once a second. It also reports that the instance or
 * room was deleted or restarted.
 *
 * <p>Frames: {@code {"room": {...}}} (see {@link io.mycelium.bus.InstanceDirectory#observe}),
 * {@code {"message": {room, event, seq, json}}}, {@code {"skipped": n}} for messages above {@link
 * #MESSAGES_A_SECOND}, {@code {"refused": {code, message}}}.
 */
final class Observer {
  static final int MESSAGES_A_SECOND = 50;

  /** For state or presence above this many bytes, only the size is sent. */
  static final int MAX_STATE = 256 << 10;

  private static final int MAX_MESSAGE = 16 << 10;
  private static final int INTERVAL_MS = 1000;
  private static final long OFF = -1;

  private final Feed feed;
  private final Subscriber subscriber;
  private MessageConsumer<DeliveryBatch> deliveries;
  private String instance;
  private String room;
  private long timer = OFF;
  private long round;
  private boolean asking;
  private boolean changed;
  private int sent;
  private int skipped;

  Observer(Feed feed, Subscriber subscriber) {
    this.feed = feed;
    this.subscriber = subscriber;
  }

  void begin(String instanceId, String roomName) {
    end();
    if (instanceId == null || roomName == null) {
      refused(new Refusal(ErrorCode.BAD_REQUEST, "observe needs an instance and a room"));
      return;
    }
    instance = instanceId;
    room = roomName;
    deliveries =
        feed.vertx().eventBus().localConsumer(Addresses.deliveries(instanceId), this::onDeliveries);
    timer = feed.vertx().setPeriodic(INTERVAL_MS, ignored -> everySecond());
    ask();
  }

  void end() {
    round++;
    asking = false;
    changed = false;
    if (timer != OFF) {
      feed.vertx().cancelTimer(timer);
      deliveries.unregister();
      timer = OFF;
    }
  }

  /** The peer missed messages. */
  void refresh() {
    changed = true;
  }

  private void everySecond() {
    sent = 0;
    if (skipped > 0 && subscriber.offer("{\"skipped\":" + skipped + "}")) {
      skipped = 0;
    }
    // Of an instance on another node no delivery may come by here.
    boolean worthIt = changed || feed.vertx().isClustered();
    if (worthIt && !asking && !subscriber.isBehind()) {
      ask();
    }
  }

  private void ask() {
    long asked = round;
    asking = true;
    changed = false;
    feed.directory()
        .observe(instance, room, MAX_STATE)
        .onComplete(
            answer -> {
              if (asked != round) {
                return;
              }
              asking = false;
              if (answer.succeeded()) {
                show(answer.result());
              } else {
                refused((Refusal) answer.cause());
              }
            });
  }

  private void show(Buffer observed) {
    if (!subscriber.offer("{\"room\":" + observed.toString(StandardCharsets.UTF_8) + "}")) {
      changed = true;
    }
  }

  /** A restarting instance will be back in a moment. */
  private void refused(Refusal refusal) {
    changed = refusal.code().retryable();
    JsonObject text =
        new JsonObject().put("code", refusal.code().reason()).put("message", refusal.getMessage());
    subscriber.offer(new JsonObject().put("refused", text).encode());
  }

  private void onDeliveries(Message<DeliveryBatch> batch) {
    for (Outbound item : batch.body().items()) {
      if (item instanceof Outbound.Delivery delivery) {
        if (delivery.room().equals(room)) {
          changed = true;
          tell(delivery);
        }
      } else if (item instanceof Outbound.Reply reply) {
        // Joins, leaves and ends change the members, even if presence is off.
        changed |= reply.ok();
      } else if (!(item instanceof Outbound.Refill || item instanceof Outbound.Resend)) {
        changed = true;
      }
    }
  }

  private void tell(Outbound.Delivery delivery) {
    if (sent >= MESSAGES_A_SECOND || subscriber.isBehind()) {
      skipped++;
      return;
    }
    sent++;
    boolean large = delivery.json().length() > MAX_MESSAGE;
    String frame =
        "{\"message\":{\"room\":"
            + Json.encode(room)
            + ",\"event\":"
            + new String(delivery.quotedEvent(), StandardCharsets.UTF_8)
            + ",\"seq\":"
            + delivery.last()
            + ",\"bytes\":"
            + delivery.json().length()
            + ",\"json\":"
            + (large ? "null" : new String(delivery.json().toBytes(), StandardCharsets.UTF_8))
            + "}}";
    if (!subscriber.offer(frame)) {
      skipped++;
    }
  }
}
