package io.mycelium.connection;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.access.RoomRights;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import io.mycelium.protocol.Refusal;
import io.mycelium.protocol.Topic;
import io.vertx.core.Future;

/**
 * Who one connection is, by its newest token, and how another token takes that one's place. On the
 * hub's event loop.
 */
final class Credentials {
  private static final String TOKEN = "access_token";

  /** A token has 8 KiB at most. */
  private static final int MAX_PAYLOAD_BYTES = 16 << 10;

  /** Tokens that may come at once; then one a second. */
  private static final int BURST = 5;

  private final Hub hub;
  private final Connection connection;
  private Identity identity;
  private boolean checking;
  private boolean noticed;
  private int allowance = BURST;
  private int countedAt;
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

  /** Refuses what a channel has no right to do, though it may hear the room; false if it has. */
  boolean forbid(InboundMessage message, Channel channel) {
    Action action = Action.ofEvent(message.eventName());
    if (action == null || channel.rights().allow(action)) {
      return false;
    }
    forbid(channel.joinRef(), message, action);
    return true;
  }

  /** Nothing allows it; the answer says what would. */
  void forbid(byte[] joinRef, InboundMessage message, Action action) {
    String instance = connection.link().instanceId();
    Refusal refusal = Permissions.refusal(identity, action, instance, message.topic());
    connection.outbox().error(joinRef, message, refusal.code(), refusal.getMessage());
  }

  /** When {@link TokenWatch} is to look at it, in milliseconds since 1970. */
  long due() {
    return due;
  }

  void dueAt(long ms) {
    due = ms;
  }

  /** Whether the client was told that this expires. */
  boolean wasToldOf() {
    return noticed;
  }

  /**
   * The token expires soon, of which the client is told once, or nothing came in its place.
   *
   * @return whether it is to be called again
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

  /**
   * {@code access_token}: another token of the same user.
   *
   * @param joinRef of the channel on which it came, null as JSON without one
   */
  void renew(InboundMessage message, byte[] joinRef) {
    if (checking || !mayAsk()) {
      String many = "tokens are checked one after another, one a second after the first " + BURST;
      connection.outbox().error(joinRef, message, ErrorCode.OVERLOADED, many);
      return;
    }
    Future<Identity> renewed;
    try {
      renewed = hub.watch().tokens().renew(identity, token(message.payload()));
    } catch (Refusal refusal) {
      renewed = Future.failedFuture(refusal);
    }
    Future<Identity> outcome = renewed;
    if (outcome.isComplete()) {
      answer(message, joinRef, outcome);
    } else {
      checking = true;
      outcome.onComplete(ignored -> hub.execute(() -> answer(message, joinRef, outcome)));
    }
  }

  private boolean mayAsk() {
    int now = hub.tick();
    allowance = Math.min(BURST, allowance + now - countedAt);
    countedAt = now;
    return allowance > 0 && allowance-- > 0;
  }

  private static String token(Payload payload) {
    if (payload.length() > MAX_PAYLOAD_BYTES || !payload.isObject()) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD,
          "payload is something else, expected {\"access_token\": TOKEN} of at most "
              + MAX_PAYLOAD_BYTES
              + " bytes");
    }
    Payload token = RawFields.of(payload).get(TOKEN);
    String text = token == null ? null : token.tree().textValue();
    if (text == null) {
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "access_token is no text, expected a token");
    }
    return text;
  }

  private void answer(InboundMessage message, byte[] joinRef, Future<Identity> outcome) {
    checking = false;
    if (connection.isClosed()) {
      return;
    }
    String instance = connection.link().instanceId();
    Refusal refusal =
        outcome.failed()
            ? refusal(outcome.cause())
            : Permissions.check(outcome.result(), Action.CONNECT, instance, null);
    if (refusal != null) {
      connection.outbox().error(joinRef, message, refusal.code(), refusal.getMessage());
      return;
    }
    Topic topic = new Topic(message.topic());
    connection.outbox().reply(joinRef, message.ref(), topic, true, Outbox.EMPTY);
    replace(outcome.result());
  }

  private static Refusal refusal(Throwable cause) {
    return cause instanceof Refusal refusal
        ? refusal
        : new Refusal(ErrorCode.INTERNAL, "the token could not be checked, see the server's log");
  }

  /** What the new token does not cover ends now; what it gives more counts from now on. */
  private void replace(Identity next) {
    if (next == identity) {
      return;
    }
    hub.watch().tokens().remove(this);
    // One that lives no longer is not asked about again, so that no two of them chase each other.
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
