package io.mycelium.journal.memory;

import io.mycelium.journal.InstanceStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/** The register of instances in the heap. */
final class MemoryInstances implements InstanceStore {
  /** UTF-8 bytes sort in the order of code points. */
  private final ConcurrentNavigableMap<String, Registered> byId =
      new ConcurrentSkipListMap<>(
          (a, b) ->
              Arrays.compareUnsigned(
                  a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));

  private final MemoryJournal journal;

  MemoryInstances(MemoryJournal journal) {
    this.journal = journal;
  }

  @Override
  public Future<Boolean> create(Registered instance) {
    boolean isNew = byId.putIfAbsent(instance.id(), instance) == null;
    if (isNew) {
      journal.register(instance.id(), instance.generation());
    }
    return Future.succeededFuture(isNew);
  }

  @Override
  public Future<Registered> find(String id) {
    return Future.succeededFuture(current(byId.get(id)));
  }

  @Override
  public Future<List<Registered>> list(String after, int limit, Filter filter) {
    return Future.succeededFuture(
        byId.tailMap(after, false).values().stream()
            .filter(each -> matches(each, filter))
            .limit(limit)
            .map(this::current)
            .toList());
  }

  /** The instance with the generation that the journal saw last. */
  private Registered current(Registered r) {
    return r == null
        ? null
        : new Registered(
            r.id(),
            r.name(),
            r.type(),
            r.spec(),
            r.createdAt(),
            journal.generation(r.id(), r.generation()),
            r.failed(),
            r.lastError());
  }

  private static boolean matches(Registered each, Filter filter) {
    return (filter.type() == null || filter.type().equals(each.type()))
        && (filter.failed() == null || filter.failed() == each.failed())
        && (filter.name() == null
            || each.name()
                .toLowerCase(Locale.ROOT)
                .contains(filter.name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public Future<Long> count() {
    return Future.succeededFuture((long) byId.size());
  }

  @Override
  public Future<Void> setSpec(String id, String spec) {
    return change(
        id,
        r ->
            new Registered(
                r.id(),
                r.name(),
                r.type(),
                spec,
                r.createdAt(),
                r.generation(),
                r.failed(),
                r.lastError()));
  }

  @Override
  public Future<Void> setFailed(String id, boolean failed, String lastError) {
    return change(
        id,
        r ->
            new Registered(
                r.id(),
                r.name(),
                r.type(),
                r.spec(),
                r.createdAt(),
                r.generation(),
                failed,
                lastError));
  }

  private Future<Void> change(String id, UnaryOperator<Registered> change) {
    byId.computeIfPresent(id, (key, found) -> change.apply(found));
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> delete(String id) {
    byId.remove(id);
    journal.deleteInstance(id);
    return Future.succeededFuture();
  }
}
