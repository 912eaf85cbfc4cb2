package io.mycelium.protocol;

/**
 * Every refusal, for both protocols: the {@code reason} of an {@code error} reply on a channel and
 * the HTTP status of a problem document. An error answers a command; a {@link Disconnect} ends a
 * connection.
 */
public enum ErrorCode {
  BAD_REQUEST("bad_request", 400, false),
  INVALID_CONFIG("invalid_config", 422, false),
  INVALID_PAYLOAD("invalid_payload", 422, false),
  UNDECLARED_KEY("undeclared_key", 422, false),
  UNKNOWN_TYPE("unknown_type", 422, false),
  UNKNOWN_INSTANCE("unknown_instance", 404, false),
  UNKNOWN_ROOM("unknown_room", 404, false),
  NOT_FOUND("not_found", 404, false),
  METHOD_NOT_ALLOWED("method_not_allowed", 405, false),
  ID_TAKEN("id_taken", 409, false),
  NOT_JOINED("not_joined", 409, false),
  UNKNOWN_EVENT("unknown_event", 422, false),
  REJECTED("rejected", 422, false),
  UNAUTHORIZED("unauthorized", 401, false),
  FORBIDDEN("forbidden", 403, false),
  STATE_TOO_LARGE("state_too_large", 422, false),
  MESSAGE_TOO_LARGE("message_too_large", 413, false),
  UNSUPPORTED_MEDIA_TYPE("unsupported_media_type", 415, false),
  RATE_LIMITED("rate_limited", 429, true),
  TOO_MANY_CHANNELS("too_many_channels", 429, false),
  MAX_CONNECTIONS("max_connections", 503, true),
  MAX_INSTANCES("max_instances", 503, true),
  OVERLOADED("overloaded", 503, true),
  DRAINING("draining", 503, true),
  JOURNAL_UNAVAILABLE("journal_unavailable", 503, true),
  INSTANCE_CRASHED("instance_crashed", 500, true),
  INSTANCE_RESTARTING("instance_restarting", 503, true),
  INSTANCE_FAILED("instance_failed", 503, false),
  TIMEOUT("timeout", 504, true),
  INTERNAL("internal", 500, false),
  KEYS_UNAVAILABLE("keys_unavailable", 503, true),
  MAX_ROOMS("max_rooms", 503, true),
  UNKNOWN_NODE("unknown_node", 404, false);

  private static final ErrorCode[] VALUES = values();

  private final String reason;
  private final int httpStatus;
  private final boolean retryable;

  ErrorCode(String reason, int httpStatus, boolean retryable) {
    this.reason = reason;
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }

  /** The wire's {@code reason}, in snake case; part of the protocol, so it never changes. */
  public String reason() {
    return reason;
  }

  /** The status of the problem document (RFC 9457) that says the same over HTTP. */
  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request, unchanged, may succeed later. */
  public boolean retryable() {
    return retryable;
  }

  /** The code with this reason and status 422, or {@link #REJECTED} if there is none. */
  public static ErrorCode rejecting(String reason) {
    for (ErrorCode code : VALUES) {
      if (code.httpStatus == REJECTED.httpStatus && code.reason.equals(reason)) {
        return code;
      }
    }
    return REJECTED;
  }

  /**
   * The code with this {@link #ordinal()}, or {@link #INTERNAL} for a number that this version does
   * not know.
   */
  public static ErrorCode of(int ordinal) {
    return ordinal >= 0 && ordinal < VALUES.length ? VALUES[ordinal] : INTERNAL;
  }
}
