package io.mycelium.connection;

import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.Topic;
import java.util.List;

/** Channels of one room that get the same messages, by serializer, compressed or not. */
final class Audiences {
  private final Audience v1;
  private final Audience v2;
  private final Hub hub;

  /** Those of sockets that negotiated compression; null until the first of them. */
  private Audiences deflated;

  Audiences(Hub hub) {
    this(hub, null);
  }

  private Audiences(Hub hub, Deflation deflation) {
    this.hub = hub;
    this.v1 = new Audience(hub, Serializer.V1, deflation);
    this.v2 = new Audience(hub, Serializer.V2, deflation);
  }

  Audience of(Channel channel) {
    if (!channel.connection().outbox().deflates()) {
      return bySerializer(channel);
    }
    if (deflated == null) {
      deflated = new Audiences(hub, hub.buffers().deflation());
    }
    return deflated.bySerializer(channel);
  }

  private Audience bySerializer(Channel channel) {
    return channel.connection().serializer() == Serializer.V1 ? v1 : v2;
  }

  boolean isEmpty() {
    return v1.size() + v2.size() == 0 && (deflated == null || deflated.isEmpty());
  }

  void append(Topic topic, Delivery delivery) {
    v2.append(topic, delivery);
    v1.append(topic, delivery);
    if (deflated != null) {
      deflated.append(topic, delivery);
    }
  }

  void write() {
    v2.write();
    v1.write();
    if (deflated != null) {
      deflated.write();
    }
  }

  void addTo(List<Channel> all) {
    all.addAll(v1.members());
    all.addAll(v2.members());
    if (deflated != null) {
      deflated.addTo(all);
    }
  }
}
