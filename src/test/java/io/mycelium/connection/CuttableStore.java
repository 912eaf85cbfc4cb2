package io.mycelium.connection;

import io.mycelium.journal.Durability;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.testing.StoreInFront;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The store of a node that is killed: once cut, nothing more reaches the underlying store, and
 * gathered asynchronous entries are lost. They are gathered until any other request.
 */
final class CuttableStore extends StoreInFront {
  private record Gathered(Supplier<Future<Void>> append, Promise<Void> done) {}

  private final List<Gathered> gathered = new ArrayList<>();
  private final List<Future<?>> passed = new ArrayList<>();
  private boolean cut;

  CuttableStore(Store store) {
    super(store);
  }

  /** Cuts the store off, like the kill of its process. */
  synchronized void cut() {
    cut = true;
    gathered.clear();
  }

  /** Fails like a closed store. */
  synchronized void flush() {
    gathered.forEach(each -> passOn(each.append).onComplete(each.done));
    gathered.clear();
  }

  /**
   * Completes once the outcome of all that has reached the underlying store is known. A real one is
   * open to the next process no earlier.
   */
  synchronized Future<?> settled() {
    return Future.join(List.copyOf(passed));
  }

  @Override
  protected synchronized <T> Future<T> pass(Supplier<Future<T>> request) {
    if (cut) {
      return Future.failedFuture(new IllegalStateException("the process was killed"));
    }
    flush();
    return passOn(request);
  }

  private <T> Future<T> passOn(Supplier<Future<T>> request) {
    Future<T> answer = request.get();
    passed.removeIf(Future::isComplete);
    passed.add(answer);
    return answer;
  }

  @Override
  public synchronized Future<Void> append(String instance, long generation, List<Append> entries) {
    Supplier<Future<Void>> append = () -> behind().journal().append(instance, generation, entries);
    if (cut || entries.stream().anyMatch(each -> each.durability() == Durability.SYNC)) {
      return pass(append);
    }
    Gathered later = new Gathered(append, Promise.promise());
    gathered.add(later);
    return later.done.future();
  }

  @Override
  public InstanceStore instances() {
    return passing(InstanceStore.class, behind().instances());
  }

  @Override
  public SnapshotStore snapshots() {
    return passing(SnapshotStore.class, behind().snapshots());
  }

  private <S> S passing(Class<S> type, S behind) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> pass(() -> ask(behind, method, args))));
  }

  @SuppressWarnings("unchecked")
  private static <T> Future<T> ask(Object behind, Method method, Object[] args) {
    try {
      return (Future<T>) method.invoke(behind, args);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What lies behind outlives it. */
  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
