package io.mycelium.connection;

import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.Topic;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The channels of one room that use one serializer, and the batch of frames that goes to all of
 * them: each delivery is encoded once into the batch, and a socket gets the batch in one write.
 */
final class Audience {
  /**
   * A batch above this size is written before the turn ends, so that a burst does not grow one huge
   * buffer.
   */
  private static final int MAX_BATCH_BYTES = 64 << 10;

  private final Hub hub;
  private final Serializer serializer;

  /** Null if the members get plain messages. */
  private final Deflation deflation;

  private final List<Channel> members = new ArrayList<>(2);
  private ByteBuf batch;
  private int messages;

  Audience(Hub hub, Serializer serializer, Deflation deflation) {
    this.hub = hub;
    this.serializer = serializer;
    this.deflation = deflation;
  }

  int size() {
    return members.size();
  }

  List<Channel> members() {
    return members;
  }

  void add(Channel channel) {
    write();
    channel.index = members.size();
    members.add(channel);
  }

  /** The channel still gets the current batch. */
  void remove(Channel channel) {
    write();
    int last = members.size() - 1;
    Channel moved = members.get(last);
    members.set(channel.index, moved);
    moved.index = channel.index;
    members.remove(last);
    channel.index = -1;
  }

  void append(Topic topic, Delivery delivery) {
    if (members.isEmpty()) {
      return;
    }
    if (batch == null) {
      batch = hub.buffers().batch();
    }
    int from = batch.writerIndex();
    serializer.broadcast(batch, topic, delivery.quotedEvent(), delivery.binary(), delivery.json());
    if (deflation != null) {
      deflation.frame(batch, from);
    }
    messages++;
    if (batch.readableBytes() > MAX_BATCH_BYTES) {
      write();
    }
  }

  /** Writes the batch to every socket; the flush comes at the end of the turn. */
  void write() {
    ByteBuf writing = batch;
    if (writing == null) {
      return;
    }
    batch = null;
    int count = members.size();
    int bytes = writing.readableBytes();
    for (int i = 0; i < count; i++) {
      members.get(i).connection().outbox().write(writing);
    }
    writing.release();
    hub.delivered(messages * count, (long) bytes * count);
    messages = 0;
  }
}
