package io.mycelium.access;

import io.vertx.core.Future;
import java.util.List;

/** Where revocations outlive a restart. */
public interface RevocationStore {
  /** All that were added and not removed. */
  Future<List<Revocation>> load();

  /** Completes once it is kept. */
  Future<Void> add(Revocation revocation);

  /** Those whose {@link Revocation#until} is at or before that, in seconds since 1970. */
  Future<Void> removeExpired(long now);
}
