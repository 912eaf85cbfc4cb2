package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/** The register of a process that keeps nothing. */
final class MemoryInstances implements InstanceStore {
  private final ConcurrentNavigableMap<String, Registered> byId = new ConcurrentSkipListMap<>();
  private final MemoryJournal journal;

  MemoryInstances(MemoryJournal journal) {
    this.journal = journal;
  }

  @Override
  public Future<Boolean> create(Registered instance) {
    return Future.succeededFuture(byId.putIfAbsent(instance.id(), instance) == null);
  }

  @Override
  public Future<Registered> find(String id) {
    return Future.succeededFuture(byId.get(id));
  }

  @Override
  public Future<List<Registered>> list(String after, int limit, Filter filter) {
    return Future.succeededFuture(
        byId.tailMap(after, false).values().stream()
            .filter(each -> matches(each, filter))
            .limit(limit)
            .toList());
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
