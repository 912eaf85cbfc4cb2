package io.mycelium.deployer;

import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.OwnContext;
import io.vertx.core.Future;

/** What imports left behind whose process died. On the deployer's context. */
final class UnfinishedImports {
  private static final int PAGE = 1000;

  private final OwnContext context;
  private final InstanceStore instances;

  UnfinishedImports(OwnContext context, InstanceStore instances) {
    this.context = context;
    this.instances = instances;
  }

  /** Deletes them; returns how many there were. */
  Future<Long> forget() {
    return forget("", 0);
  }

  private Future<Long> forget(String after, long found) {
    return context
        .here(instances.list(after, PAGE, new InstanceStore.Filter(null, null, true)))
        .compose(
            page -> {
              long more = found;
              for (InstanceStore.Registered row : page) {
                if (Import.UNFINISHED.equals(row.lastError())) {
                  instances.delete(row.id());
                  more++;
                }
              }
              return page.size() < PAGE
                  ? Future.succeededFuture(more)
                  : forget(page.get(PAGE - 1).id(), more);
            });
  }
}
