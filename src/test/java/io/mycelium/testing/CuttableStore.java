package io.mycelium.testing;

import io.mycelium.journal.Durability;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A store as a node has it that is killed: from then on nothing more reaches what lies beneath, and
 * asynchronous entries that were still gathered are lost. They are gathered until anything else is
 * asked for.
 */
public final class CuttableStore implements Store, Journal, SnapshotStore {
  private record Gathered(Supplier<Future<Void>> append, Promise<Void> done) {}

  private final Store store;
  private final List<Gathered> gathered = new ArrayList<>();
  private boolean cut;

  public CuttableStore(Store store) {
    this.store = store;
  }

  /** As a killed process leaves it. */
  public synchronized void cut() {
    cut = true;
    gathered.clear();
  }

  /** As a store does that is closed. */
  public synchronized void flush() {
    gathered.forEach(each -> each.append.get().onComplete(each.done));
    gathered.clear();
  }

  @SuppressWarnings("unchecked")
  private synchronized <F extends Future<?>> F pass(Supplier<F> request) {
    if (cut) {
      return (F) Future.failedFuture(new IllegalStateException("the process was killed"));
    }
    flush();
    return request.get();
  }

  @Override
  public synchronized Future<Void> append(String instance, long generation, List<Append> entries) {
    Supplier<Future<Void>> append = () -> store.journal().append(instance, generation, entries);
    if (cut || entries.stream().anyMatch(each -> each.durability() == Durability.SYNC)) {
      return pass(append);
    }
    Gathered later = new Gathered(append, Promise.promise());
    gathered.add(later);
    return later.done.future();
  }

  @Override
  public Journal journal() {
    return this;
  }

  @Override
  public SnapshotStore snapshots() {
    return this;
  }

  @Override
  public InstanceStore instances() {
    return (InstanceStore)
        Proxy.newProxyInstance(
            InstanceStore.class.getClassLoader(),
            new Class<?>[] {InstanceStore.class},
            (proxy, method, args) -> pass(() -> ask(method, args)));
  }

  private Future<?> ask(Method method, Object[] args) {
    try {
      return (Future<?>) method.invoke(store.instances(), args);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ErrorCode refusal() {
    return store.journal().refusal();
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    return pass(() -> store.journal().fence(instance, generation));
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    return pass(() -> store.journal().rooms(instance));
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    return pass(() -> store.journal().read(instance, room, after, limit));
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    return pass(() -> store.journal().readBefore(instance, room, before, limit));
  }

  @Override
  public Future<Void> deleteRoom(String instance, String room) {
    return pass(() -> store.journal().deleteRoom(instance, room));
  }

  @Override
  public Future<Void> save(
      String instance, long generation, String room, Snapshot snapshot, Retention retention) {
    return pass(() -> store.snapshots().save(instance, generation, room, snapshot, retention));
  }

  @Override
  public Future<Snapshot> at(String instance, String room, long seq) {
    return pass(() -> store.snapshots().at(instance, room, seq));
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
