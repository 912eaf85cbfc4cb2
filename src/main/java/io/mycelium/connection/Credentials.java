package io.mycelium.connection;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.access.RoomRights;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.Refusal;

/** The identity of one connection, taken from its newest token. On the hub's event loop. */
final class Credentials {
  private final Hub hub;
  private final Connection connection;
  private Identity identity;

  /** Null until the first {@code access_token}: most connections never send one. */
  private TokenRenewal renewal;

  private boolean noticed;
  private long due;

  Credentials(Hub hub, Connection connection, Identity identity) {
    this.hub = hub;
    this.connection = connection;
    this.identity = identity;
  }

  Identity identity() {
    return identity;
  }

  long number() {
    return connection.number();
  }

  RoomRights rights(String room) {
    return Permissions.rights(identity, connection.link().instanceId(), room);
  }

  /** Refuses a message that the channel has no right to send; false if it has the right. */
  boolean forbid(InboundMessage message, Channel channel) {
    Action action = Action.ofEvent(message.event(), channel.room().name());
    if (action == null || channel.rights().allow(action)) {
      return false;
    }
    forbid(channel.joinRef(), message, action);
    return true;
  }

  /** Answers {@code forbidden}; the message names the missing right. */
  void forbid(byte[] joinRef, InboundMessage message, Action action) {
    String instance = connection.link().instanceId();
    Refusal refusal = Permissions.refusal(identity, action, instance, message.topic());
    connection.outbox().error(joinRef, message, refusal.code(), refusal.getMessage());
  }

  /** Time of the next call of {@link #expire}, in milliseconds since 1970. */
  long due() {
    return due;
  }

  void dueAt(long ms) {
    due = ms;
  }

  /** Whether the client knows that the token expires. */
  boolean isNoticed() {
    return noticed;
  }

  /**
   * First call: tells the client that the token expires. Second call: closes the connection.
   *
   * @param leftMs milliseconds until the expiry
   * @return whether a second call must follow
   */
  boolean expire(long leftMs) {
    if (noticed) {
      connection.close(Disconnect.TOKEN_EXPIRED);
      return false;
    }
    noticed = true;
    connection.outbox().tokenExpiring(Math.max(0, leftMs));
    return true;
  }

  /** {@code access_token}; see {@link TokenRenewal#check}. */
  void renew(InboundMessage message, byte[] joinRef) {
    if (renewal == null) {
      renewal = new TokenRenewal(hub, connection, this);
    }
    renewal.check(message, joinRef);
  }

  /**
   * Applies another token of the same user at once: channels that the token does not cover are
   * closed, the other channels get their new rights.
   */
  void replace(Identity next) {
    if (next == identity) {
      return;
    }
    hub.watch().tokens().remove(this);
    // No second notice for a token that lives no longer: client and server would not stop.
    noticed = noticed && next.expires() <= identity.expires();
    identity = next;
    hub.watch().tokens().add(this);
    for (Channel channel : connection.channels()) {
      RoomRights rights = rights(channel.room().name());
      channel.rights(rights);
      if (!rights.mayJoin()) {
        channel.kick();
      }
    }
  }
}
