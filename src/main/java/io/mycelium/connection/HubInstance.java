package io.mycelium.connection;

import io.mycelium.bus.Command;
import io.mycelium.bus.InstanceLink;
import io.mycelium.bus.LinkListener;
import io.mycelium.bus.Outbound;
import io.mycelium.bus.ReplyTo;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.Topic;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One instance as this hub's connections see it: the link to it, its rooms with channels here, its
 * connections here.
 */
public final class HubInstance implements LinkListener {
  private final Hub hub;
  private final SocketLimits limits;
  private final LongObjectHashMap<Connection> connections = new LongObjectHashMap<>(2);
  private final Map<String, HubRoom> rooms = new HashMap<>(4);
  private InstanceLink link;
  private int users;

  HubInstance(Hub hub, SocketLimits limits) {
    this.hub = hub;
    this.limits = limits;
  }

  void link(InstanceLink made) {
    link = made;
  }

  InstanceLink link() {
    return link;
  }

  public SocketLimits limits() {
    return limits;
  }

  /** Counts a connection that is open or about to open. */
  void use() {
    users++;
  }

  /** One connection less; the last one ends the link. */
  void release() {
    if (--users == 0) {
      hub.forget(this);
      link.close();
    }
  }

  void add(Connection connection) {
    connections.put(connection.number(), connection);
  }

  void remove(Connection connection) {
    connections.remove(connection.number());
    link.sendEnd(Command.Kind.CLOSE, connection.number(), null, ReplyTo.NOBODY);
    release();
  }

  /** The room that a join addresses; created if no channel of this hub uses it yet. */
  HubRoom room(InboundMessage join) {
    return rooms.computeIfAbsent(join.topic(), name -> new HubRoom(hub, this, new Topic(name)));
  }

  void forget(HubRoom room) {
    rooms.remove(room.name(), room);
  }

  @Override
  public void onDelivery(Outbound.Delivery delivery) {
    HubRoom room = rooms.get(delivery.room());
    if (room != null) {
      room.onDelivery(delivery);
    }
  }

  @Override
  public void onDirect(Outbound.Direct direct) {
    Channel channel = channel(direct.connection(), direct.room());
    if (channel != null) {
      channel.onDirect(direct.quotedEvent(), direct.json());
    }
  }

  @Override
  public void onCatchup(Outbound.Catchup catchup) {
    Channel channel = channel(catchup.connection(), catchup.room());
    if (channel != null) {
      channel.room().write();
      catchup.deliveries().forEach(channel::deliver);
    }
  }

  @Override
  public void onKick(Outbound.Kick kick) {
    Channel channel = channel(kick.connection(), kick.room());
    if (channel != null) {
      channel.kick();
    }
  }

  private Channel channel(long number, String room) {
    Connection connection = connections.get(number);
    return connection == null ? null : connection.channel(room);
  }

  @Override
  public void onRefill(Outbound.Refill refill) {
    HubRoom room = rooms.get(refill.room());
    if (room != null) {
      room.onRefill(refill);
    }
  }

  @Override
  public void onPolicy(Outbound.Policy policy) {
    HubRoom room = rooms.get(policy.room());
    if (room != null) {
      room.onPolicy(policy.slowConsumer());
    }
  }

  @Override
  public void onNewest(Outbound.Newest newest) {
    HubRoom room = rooms.get(newest.room());
    if (room != null) {
      room.onNewest(newest);
    }
  }

  @Override
  public void onRepeat() {
    hub.meters().duplicateDropped();
  }

  @Override
  public void onRoomClosed(String name) {
    HubRoom room = rooms.get(name);
    if (room != null) {
      room.channels().forEach(channel -> channel.end(false));
    }
  }

  @Override
  public void onWelcome(Map<String, Long> seqs) {
    for (HubRoom room : List.copyOf(rooms.values())) {
      room.catchUp(seqs.getOrDefault(room.name(), 0L));
    }
  }

  /** A channel with a join or a leave on its way needs nothing: that command is sent again. */
  @Override
  public void onRestored(Set<String> anew) {
    for (Connection connection : connections()) {
      link.restore(
          Command.Kind.OPEN, connection.number(), null, connection.user(), null, ReplyTo.NOBODY);
      for (Channel channel : connection.channels()) {
        if (!channel.isBusy() && anew.contains(channel.room().name())) {
          channel.end(true);
        } else if (!channel.isBusy()) {
          channel.restore();
        }
      }
    }
  }

  @Override
  public void onFailed(String message) {
    for (Connection connection : connections()) {
      connection.endChannels(true);
    }
  }

  @Override
  public void onDeleted() {
    for (Connection connection : connections()) {
      connection.endChannels(false);
      connection.close(Disconnect.INSTANCE_DELETED);
    }
  }

  /** Copied: closing one changes the map. */
  List<Connection> connections() {
    return new ArrayList<>(connections.values());
  }
}
