package io.mycelium.connection;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;

/** The response of an {@code error} reply: {@code {"reason", "message", "retryable"?}}. */
final class ErrorResponse {
  private static final byte[] REASON = JsonWriter.constant("{\"reason\":");
  private static final byte[] MESSAGE = JsonWriter.constant(",\"message\":");
  private static final byte[] RETRYABLE = JsonWriter.constant(",\"retryable\":true");

  private ErrorResponse() {}

  static byte[] of(ErrorCode code, String message) {
    JsonWriter out =
        new JsonWriter(96)
            .raw(REASON)
            .quote(code.reason())
            .raw(MESSAGE)
            .quote(String.valueOf(message));
    if (code.retryable()) {
      out.raw(RETRYABLE);
    }
    return out.raw('}').toBytes();
  }
}
