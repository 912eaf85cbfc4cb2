package io.mycelium.deployer;

import io.mycelium.journal.OwnContext;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** Changes of one instance, which run one after the other. On the deployer's context. */
final class InstanceTransitions {
  private final OwnContext context;
  private Future<?> last = Future.succeededFuture();

  InstanceTransitions(OwnContext context) {
    this.context = context;
  }

  /** Starts once all earlier changes have ended, whatever their outcome. */
  <T> Future<T> next(Supplier<Future<T>> transition) {
    Future<T> done = last.transform(ignored -> context.here(transition.get()));
    last = done;
    return done;
  }

  boolean isQuiet() {
    return last.isComplete();
  }
}
