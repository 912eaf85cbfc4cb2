package io.mycelium.deployer;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Supplier;

/** Changes of one instance, which come one after the other. On the deployer's context. */
final class InstanceTransitions {
  private final ContextInternal context;
  private Future<?> last = Future.succeededFuture();

  InstanceTransitions(ContextInternal context) {
    this.context = context;
  }

  /** Begins once all before it have ended, however they did. */
  <T> Future<T> next(Supplier<Future<T>> transition) {
    Future<T> done = last.transform(ignored -> here(transition.get()));
    last = done;
    return done;
  }

  boolean isQuiet() {
    return last.isComplete();
  }

  /**
   * Instances and the store answer on threads of their own; what follows belongs on the context.
   */
  <T> Future<T> here(Future<T> elsewhere) {
    return context.future(elsewhere::onComplete);
  }
}
