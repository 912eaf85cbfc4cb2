package io.mycelium.journal.memory;

import io.mycelium.journal.RevocationStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** The revocations of a node that keeps nothing. */
final class MemoryRevocations implements RevocationStore {
  private final List<Revoked> kept = new ArrayList<>();

  @Override
  public synchronized Future<List<Revoked>> load() {
    return Future.succeededFuture(List.copyOf(kept));
  }

  @Override
  public synchronized Future<Boolean> add(Revoked revoked, int max) {
    boolean known = kept.stream().anyMatch(each -> each.replaces(revoked));
    if (!known) {
      long replaced = kept.stream().filter(revoked::replaces).count();
      if (kept.size() - replaced >= max) {
        return Future.succeededFuture(false);
      }
      kept.removeIf(revoked::replaces);
      kept.add(revoked);
    }
    return Future.succeededFuture(true);
  }

  @Override
  public synchronized Future<Void> removeExpired(long now) {
    kept.removeIf(each -> each.until() <= now);
    return Future.succeededFuture();
  }
}
