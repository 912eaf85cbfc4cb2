package io.mycelium.protocol;

/**
 * Every reason for which the server ends a connection: WebSocket close code (RFC 6455 section 7.4),
 * reason, and when it is issued. Never 1000: phoenix.js does not reconnect after 1000.
 */
public enum Disconnect {
  /** Issued when the node drains: the client reconnects, to another node where there is one. */
  GOING_AWAY(1001, "going_away"),
  /** Issued when a frame breaks RFC 6455 (the decoder found it), or a compressed one RFC 7692. */
  PROTOCOL_ERROR(1002, "protocol_error"),
  /** Issued when a text frame is not UTF-8. */
  INVALID_UTF8(1007, "invalid_utf8"),
  /** Issued when a message exceeds the instance's {@code max_message_bytes}. */
  MESSAGE_TOO_BIG(1009, "message_too_large"),
  /** Issued when the server failed while it handled this connection; the log has the cause. */
  INTERNAL_ERROR(1011, "internal_error"),
  /** Issued when a message is not a frame of the serializer that the client requested. */
  MALFORMED_FRAME(4000, "malformed_frame"),
  /**
   * Issued when the token of the connection has expired and no other came within {@code
   * access.expiry_grace}.
   */
  TOKEN_EXPIRED(4001, "token_expired"),
  /** Issued when the token of the connection was revoked. */
  TOKEN_REVOKED(4003, "token_revoked"),
  /** Issued when the instance of the connection was deleted. */
  INSTANCE_DELETED(4004, "instance_deleted"),
  /** Issued when a peer did not answer a ping within the timeout. */
  PING_TIMEOUT(4008, "ping_timeout"),
  /**
   * Issued when the bytes waiting for a peer that reads too slowly exceed the connection's budget.
   */
  SLOW_CONSUMER(4009, "slow_consumer"),
  /**
   * Issued when a message does not come to its end in time, or is the oldest of those when a node
   * holds as much of them as it may.
   */
  MESSAGE_TIMEOUT(4018, "message_timeout"),
  /** Issued when a peer goes on sending ten times what it may, whatever it is answered. */
  RATE_LIMITED(4029, "rate_limited");

  private final int code;
  private final String reason;

  Disconnect(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }
}
