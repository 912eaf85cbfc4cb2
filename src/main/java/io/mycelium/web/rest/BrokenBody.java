package io.mycelium.web.rest;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;

/** Tells a body that is no HTTP, the client's fault, from what this server failed at. */
final class BrokenBody {
  private static final String DECODER = "io.netty.handler.codec.http";

  private BrokenBody() {}

  /** A wrong size of a chunk comes as a bare NumberFormatException out of Netty's decoder. */
  static boolean isCauseOf(Throwable failure) {
    if (failure instanceof DecoderException || failure instanceof HttpClosedException) {
      return true;
    }
    StackTraceElement[] stack = failure == null ? null : failure.getStackTrace();
    if (stack == null) {
      return false;
    }
    for (StackTraceElement at : stack) {
      if (!at.getClassName().startsWith("java.")) {
        return at.getClassName().startsWith(DECODER);
      }
    }
    return false;
  }
}
