package io.mycelium.bus;

import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.SlowConsumer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes delivery batches by reference within a node, and as bytes between nodes: one tag byte,
 * then the item's fields.
 */
final class DeliveryBatchCodec implements MessageCodec<DeliveryBatch, DeliveryBatch> {
  static final String NAME = "mycelium.deliveries";
  static final DeliveryOptions OPTIONS =
      new DeliveryOptions().setCodecName(NAME).setLocalOnly(true);

  @Override
  public void encodeToWire(Buffer out, DeliveryBatch batch) {
    Wire.string(out, batch.instance());
    out.appendLong(batch.generation()).appendLong(batch.number()).appendInt(batch.items().size());
    batch.items().forEach(item -> write(out, item));
  }

  private static void write(Buffer out, Outbound item) {
    if (item instanceof Delivery delivery) {
      out.appendInt(0);
      writeDelivery(out, delivery);
    } else if (item instanceof Outbound.Reply reply) {
      out.appendInt(1);
      Wire.string(out, reply.gateway());
      out.appendLong(reply.number()).appendInt(reply.code() == null ? -1 : reply.code().ordinal());
      Wire.string(out, reply.message());
      Wire.bytes(out, reply.response());
      out.appendLong(reply.seq());
    } else if (item instanceof Outbound.Direct direct) {
      out.appendInt(2);
      Wire.string(out, direct.gateway());
      out.appendLong(direct.connection());
      Wire.string(out, direct.room());
      Wire.bytes(out, direct.quotedEvent());
      Wire.bytes(out, direct.json());
    } else if (item instanceof Outbound.Kick kick) {
      out.appendInt(3);
      Wire.string(out, kick.gateway());
      out.appendLong(kick.connection());
      Wire.string(out, kick.room());
    } else if (item instanceof Outbound.Refill refill) {
      out.appendInt(4);
      Wire.string(out, refill.gateway());
      Wire.string(out, refill.room());
      out.appendInt(refill.complete() ? 1 : 0).appendInt(refill.deliveries().size());
      refill.deliveries().forEach(delivery -> writeDelivery(out, delivery));
    } else {
      writeLifecycle(out, item);
    }
  }

  private static void writeLifecycle(Buffer out, Outbound item) {
    if (item instanceof Outbound.Resend resend) {
      out.appendInt(5);
      Wire.string(out, resend.gateway());
      out.appendLong(resend.after());
    } else if (item instanceof Outbound.RoomClosed closed) {
      out.appendInt(6);
      Wire.string(out, closed.room());
    } else if (item instanceof Outbound.Running running) {
      out.appendInt(7).appendInt(running.applied().size());
      writeNumbers(out, running.applied());
    } else if (item instanceof Outbound.Failed failed) {
      out.appendInt(8);
      Wire.string(out, failed.message());
    } else if (item instanceof Outbound.Catchup catchup) {
      out.appendInt(10);
      Wire.string(out, catchup.gateway());
      out.appendLong(catchup.connection());
      Wire.string(out, catchup.room());
      out.appendInt(catchup.deliveries().size());
      catchup.deliveries().forEach(delivery -> writeDelivery(out, delivery));
    } else if (item instanceof Outbound.Policy policy) {
      out.appendInt(11);
      Wire.string(out, policy.gateway());
      Wire.string(out, policy.room());
      Wire.string(out, policy.slowConsumer().json());
    } else if (item instanceof Outbound.Newest newest) {
      out.appendInt(12);
      Wire.string(out, newest.gateway());
      Wire.string(out, newest.room());
      out.appendLong(newest.after());
      Wire.bytes(out, newest.state());
      out.appendInt(newest.deliveries().size());
      newest.deliveries().forEach(delivery -> writeDelivery(out, delivery));
      out.appendLong(newest.seq());
    } else if (item instanceof Outbound.Deleted) {
      out.appendInt(9);
    } else {
      writeGreeting(out, item);
    }
  }

  private static void writeNumbers(Buffer out, Map<String, Long> numbers) {
    numbers.forEach(
        (name, number) -> {
          Wire.string(out, name);
          out.appendLong(number);
        });
  }

  private static void writeGreeting(Buffer out, Outbound item) {
    if (item instanceof Outbound.Welcome welcome) {
      out.appendInt(13);
      Wire.string(out, welcome.gateway());
      out.appendLong(welcome.applied()).appendInt(welcome.seqs().size());
      writeNumbers(out, welcome.seqs());
    } else if (item instanceof Outbound.Restored restored) {
      out.appendInt(14);
      Wire.string(out, restored.gateway());
      out.appendInt(restored.pushes().size());
      restored.pushes().forEach((number, seq) -> out.appendLong(number).appendLong(seq));
      out.appendInt(restored.anew().size());
      restored.anew().forEach(room -> Wire.string(out, room));
    } else if (item instanceof Outbound.Forgotten forgotten) {
      out.appendInt(15);
      Wire.string(out, forgotten.gateway());
    } else {
      throw new IllegalStateException(item + " does not leave its node");
    }
  }

  private static void writeDelivery(Buffer out, Delivery delivery) {
    Wire.string(out, delivery.room());
    Wire.bytes(out, delivery.quotedEvent());
    out.appendLong(delivery.first()).appendLong(delivery.last());
    Wire.payload(out, delivery.binary());
    Wire.json(out, delivery.json());
  }

  @Override
  public DeliveryBatch decodeFromWire(int position, Buffer buffer) {
    Wire.Reader in = new Wire.Reader(buffer, position);
    String instance = in.string();
    long generation = in.longNumber();
    long batch = in.longNumber();
    int count = in.number();
    List<Outbound> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(read(in));
    }
    return new DeliveryBatch(instance, generation, batch, items);
  }

  private static Outbound read(Wire.Reader in) {
    int tag = in.number();
    return switch (tag) {
      case 0 -> readDelivery(in);
      case 1 -> readReply(in);
      case 2 ->
          new Outbound.Direct(in.string(), in.longNumber(), in.string(), in.bytes(), in.bytes());
      case 3 -> new Outbound.Kick(in.string(), in.longNumber(), in.string());
      case 4 -> readRefill(in);
      case 5 -> new Outbound.Resend(in.string(), in.longNumber());
      case 6 -> new Outbound.RoomClosed(in.string());
      case 7 -> new Outbound.Running(readNumbers(in));
      case 8 -> new Outbound.Failed(in.string());
      case 9 -> new Outbound.Deleted();
      case 10 ->
          new Outbound.Catchup(in.string(), in.longNumber(), in.string(), readDeliveries(in));
      case 11 -> new Outbound.Policy(in.string(), in.string(), SlowConsumer.of(in.string()));
      case 12 ->
          new Outbound.Newest(
              in.string(),
              in.string(),
              in.longNumber(),
              in.bytes(),
              readDeliveries(in),
              in.longNumber());
      case 13 -> new Outbound.Welcome(in.string(), in.longNumber(), readNumbers(in));
      case 14 -> readRestored(in);
      case 15 -> new Outbound.Forgotten(in.string());
      default -> throw new IllegalStateException("item tag is " + tag + ", expected 0 to 15");
    };
  }

  private static Delivery readDelivery(Wire.Reader in) {
    return new Delivery(
        in.string(),
        in.bytes(),
        in.longNumber(),
        in.longNumber(),
        in.payload(),
        JsonParts.whole(in.bytes()));
  }

  private static Outbound readReply(Wire.Reader in) {
    String gateway = in.string();
    long number = in.longNumber();
    int code = in.number();
    return new Outbound.Reply(
        gateway,
        number,
        code < 0 ? null : ErrorCode.of(code),
        in.string(),
        in.bytes(),
        in.longNumber());
  }

  private static Outbound readRefill(Wire.Reader in) {
    String gateway = in.string();
    String room = in.string();
    boolean complete = in.number() == 1;
    return new Outbound.Refill(gateway, room, readDeliveries(in), complete);
  }

  private static List<Delivery> readDeliveries(Wire.Reader in) {
    int count = in.number();
    List<Delivery> deliveries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      deliveries.add(readDelivery(in));
    }
    return deliveries;
  }

  private static Outbound readRestored(Wire.Reader in) {
    String gateway = in.string();
    int count = in.number();
    Map<Long, Long> pushes = new HashMap<>();
    for (int i = 0; i < count; i++) {
      pushes.put(in.longNumber(), in.longNumber());
    }
    int rooms = in.number();
    Set<String> anew = new HashSet<>();
    for (int i = 0; i < rooms; i++) {
      anew.add(in.string());
    }
    return new Outbound.Restored(gateway, pushes, anew);
  }

  private static Map<String, Long> readNumbers(Wire.Reader in) {
    int count = in.number();
    Map<String, Long> numbers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      numbers.put(in.string(), in.longNumber());
    }
    return numbers;
  }

  @Override
  public DeliveryBatch transform(DeliveryBatch batch) {
    return batch;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
