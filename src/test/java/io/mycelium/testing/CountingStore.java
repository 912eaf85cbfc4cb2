package io.mycelium.testing;

import io.mycelium.journal.Store;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Wraps a store and counts its reads and fences. */
public final class CountingStore extends StoreInFront {
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger fences = new AtomicInteger();

  public CountingStore(Store store) {
    super(store);
  }

  /** Reads of entries, and of what is kept of an instance's rooms. */
  public int reads() {
    return reads.get();
  }

  public int fences() {
    return fences.get();
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    fences.incrementAndGet();
    return super.fence(instance, generation);
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    reads.incrementAndGet();
    return super.rooms(instance);
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    reads.incrementAndGet();
    return super.read(instance, room, after, limit);
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    reads.incrementAndGet();
    return super.readBefore(instance, room, before, limit);
  }
}
