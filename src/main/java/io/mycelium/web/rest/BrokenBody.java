package io.mycelium.web.rest;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;

/** Tells a broken body, which is the client's fault, from a fault of this server. */
final class BrokenBody {
  private static final String DECODER = "io.netty.handler.codec.http";

  private BrokenBody() {}

  /** Netty's decoder throws a bare NumberFormatException for a wrong size of a chunk. */
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
