package io.mycelium.journal;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;

/**
 * The context on which some object lives. The store and other verticles answer on threads of their
 * own; what follows from an answer belongs {@link #here}.
 *
 * @param vertx for all else that Vert.x does on a context
 */
public record OwnContext(ContextInternal vertx) {
  public static OwnContext of(Context context) {
    return new OwnContext((ContextInternal) context);
  }

  /** The same outcome, whose handlers run on this context. */
  public <T> Future<T> here(Future<T> elsewhere) {
    return vertx.future(elsewhere::onComplete);
  }
}
