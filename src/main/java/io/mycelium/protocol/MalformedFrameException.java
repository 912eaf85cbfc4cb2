package io.mycelium.protocol;

/**
 * A frame that the serializer cannot read; the message says where, and what was expected. No stack
 * trace.
 */
public final class MalformedFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedFrameException(String message) {
    super(message, null, false, false);
  }
}
