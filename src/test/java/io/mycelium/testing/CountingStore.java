package io.mycelium.testing;

import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Another store, of which it counts how often it is read. */
public final class CountingStore implements Store, Journal {
  private final Store store;
  private final AtomicInteger reads = new AtomicInteger();

  public CountingStore(Store store) {
    this.store = store;
  }

  /** Reads of entries, and of what is kept of an instance's rooms. */
  public int reads() {
    return reads.get();
  }

  @Override
  public Journal journal() {
    return this;
  }

  @Override
  public InstanceStore instances() {
    return store.instances();
  }

  @Override
  public SnapshotStore snapshots() {
    return store.snapshots();
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }

  @Override
  public ErrorCode refusal() {
    return store.journal().refusal();
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    return store.journal().fence(instance, generation);
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    return store.journal().append(instance, generation, entries);
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    reads.incrementAndGet();
    return store.journal().rooms(instance);
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    reads.incrementAndGet();
    return store.journal().read(instance, room, after, limit);
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    reads.incrementAndGet();
    return store.journal().readBefore(instance, room, before, limit);
  }

  @Override
  public Future<Void> deleteRoom(String instance, String room) {
    return store.journal().deleteRoom(instance, room);
  }
}
