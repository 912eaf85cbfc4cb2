package io.mycelium.connection;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;

/**
 * The response of an {@code error} reply: {@code {"reason", "message", "retryable"?,
 * "retry_after_ms"?}}.
 */
final class ErrorResponse {
  private static final byte[] REASON = JsonWriter.constant("{\"reason\":");
  private static final byte[] MESSAGE = JsonWriter.constant(",\"message\":");
  private static final byte[] RETRYABLE = JsonWriter.constant(",\"retryable\":true");

  private static final byte[] RETRY_AFTER = JsonWriter.constant(",\"retry_after_ms\":");

  private ErrorResponse() {}

  static byte[] of(ErrorCode code, String message) {
    return begin(code, message).raw('}').toBytes();
  }

  static byte[] of(ErrorCode code, String message, long retryAfterMs) {
    return begin(code, message).raw(RETRY_AFTER).number(retryAfterMs).raw('}').toBytes();
  }

  private static JsonWriter begin(ErrorCode code, String message) {
    JsonWriter out =
        new JsonWriter(96)
            .raw(REASON)
            .quote(code.reason())
            .raw(MESSAGE)
            .quote(String.valueOf(message));
    if (code.retryable()) {
      out.raw(RETRYABLE);
    }
    return out;
  }
}
