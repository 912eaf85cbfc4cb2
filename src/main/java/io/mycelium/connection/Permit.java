package io.mycelium.connection;

import io.mycelium.access.Identity;
import io.mycelium.bus.Command;
import io.mycelium.bus.ReplyTo;
import io.mycelium.limits.Seat;
import io.mycelium.protocol.Serializer;

/** The instance's consent that a connection may open. On the hub's event loop. */
public final class Permit {
  private final Hub hub;
  private final HubInstance instance;
  private final long number;
  private final Identity identity;
  private final Seat seat;

  Permit(Hub hub, HubInstance instance, long number, Identity identity, Seat seat) {
    this.hub = hub;
    this.instance = instance;
    this.number = number;
    this.identity = identity;
    this.seat = seat;
  }

  /** Largest message that the instance takes from a client, in bytes. */
  public int maxMessageBytes() {
    return instance.limits().maxMessageBytes();
  }

  /** Where the transport reports a peer that does not keep up. */
  public WaitingBytes waiting() {
    return hub.waiting();
  }

  /** The socket is open. */
  public Connection accept(Serializer serializer, Transport transport) {
    Connection connection =
        new Connection(hub, instance, number, identity, serializer, transport, seat);
    instance.add(connection);
    hub.opened(connection);
    return connection;
  }

  /** The upgrade failed. */
  public void abandon() {
    instance.link().sendEnd(Command.Kind.CLOSE, number, null, ReplyTo.NOBODY);
    instance.release();
    hub.notUpgraded(seat);
  }
}
