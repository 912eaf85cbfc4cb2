package io.mycelium.connection;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import io.mycelium.protocol.Refusal;
import io.mycelium.protocol.Topic;
import io.vertx.core.Future;

/**
 * The {@code access_token} messages of one connection: one check at a time, and a limited number of
 * checks per second, because a signature costs more than a push. On the hub's event loop.
 */
final class TokenRenewal {
  private static final String TOKEN = "access_token";

  /** A token has at most 8 KiB. */
  private static final int MAX_PAYLOAD_BYTES = 16 << 10;

  /** Checks that may follow each other at once; then one a second. */
  private static final int BURST = 5;

  private final Hub hub;
  private final Connection connection;
  private final Credentials credentials;
  private boolean checking;
  private int allowance = BURST;
  private int countedAt;

  TokenRenewal(Hub hub, Connection connection, Credentials credentials) {
    this.hub = hub;
    this.connection = connection;
    this.credentials = credentials;
  }

  /**
   * Checks the token of a message and answers the message.
   *
   * @param joinRef of the channel that the message came on; JSON null without a channel
   */
  void check(InboundMessage message, byte[] joinRef) {
    if (checking || !mayCheck()) {
      String many = "tokens are checked one at a time, one a second after the first " + BURST;
      connection.outbox().error(joinRef, message, ErrorCode.OVERLOADED, many);
      return;
    }
    Future<Identity> renewed = renewed(message.payload());
    if (renewed.isComplete()) {
      answer(message, joinRef, renewed);
    } else {
      checking = true;
      renewed.onComplete(ignored -> hub.execute(() -> answer(message, joinRef, renewed)));
    }
  }

  private boolean mayCheck() {
    int now = hub.tick();
    allowance = Math.min(BURST, allowance + now - countedAt);
    countedAt = now;
    return allowance > 0 && allowance-- > 0;
  }

  private Future<Identity> renewed(Payload payload) {
    try {
      return hub.watch().tokens().renew(credentials.identity(), token(payload));
    } catch (Refusal refusal) {
      return Future.failedFuture(refusal);
    }
  }

  private static String token(Payload payload) {
    if (payload.length() > MAX_PAYLOAD_BYTES || !payload.isObject()) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD,
          "payload has "
              + payload.length()
              + " bytes or is no object, expected {\"access_token\": TOKEN} of at most "
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

  private void answer(InboundMessage message, byte[] joinRef, Future<Identity> renewed) {
    checking = false;
    if (connection.isClosed()) {
      return;
    }
    Refusal refusal = refusal(renewed);
    if (refusal != null) {
      connection.outbox().error(joinRef, message, refusal.code(), refusal.getMessage());
      return;
    }
    Topic topic = new Topic(message.topic());
    connection.outbox().reply(joinRef, message.ref(), topic, true, Outbox.EMPTY);
    credentials.replace(renewed.result());
  }

  private Refusal refusal(Future<Identity> renewed) {
    if (renewed.succeeded()) {
      String instance = connection.link().instanceId();
      return Permissions.check(renewed.result(), Action.CONNECT, instance, null);
    }
    return renewed.cause() instanceof Refusal refusal
        ? refusal
        : new Refusal(ErrorCode.INTERNAL, "the token check failed, see the server's log");
  }
}
