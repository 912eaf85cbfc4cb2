package io.mycelium.connection;

import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.Topic;
import java.util.List;

/** Channels of one room that get the same messages, by serializer. */
final class Audiences {
  private final Audience v1;
  private final Audience v2;

  Audiences(Hub hub) {
    this.v1 = new Audience(hub, Serializer.V1);
    this.v2 = new Audience(hub, Serializer.V2);
  }

  Audience of(Channel channel) {
    return channel.connection().serializer() == Serializer.V1 ? v1 : v2;
  }

  boolean isEmpty() {
    return v1.size() + v2.size() == 0;
  }

  void append(Topic topic, Delivery delivery) {
    v2.append(topic, delivery);
    v1.append(topic, delivery);
  }

  void write() {
    v2.write();
    v1.write();
  }

  void addTo(List<Channel> all) {
    all.addAll(v1.members());
    all.addAll(v2.members());
  }
}
