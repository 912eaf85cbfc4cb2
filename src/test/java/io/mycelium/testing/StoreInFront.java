package io.mycelium.testing;

import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.RevocationStore;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A store that passes everything on to another; a subclass says what it does differently. */
public abstract class StoreInFront implements Store, Journal {
  private final Store behind;

  protected StoreInFront(Store behind) {
    this.behind = behind;
  }

  protected final Store behind() {
    return behind;
  }

  /** What becomes of a request to the journal, and of its answer. */
  protected <T> Future<T> pass(Supplier<Future<T>> request) {
    return request.get();
  }

  @Override
  public Journal journal() {
    return this;
  }

  @Override
  public InstanceStore instances() {
    return behind.instances();
  }

  @Override
  public SnapshotStore snapshots() {
    return behind.snapshots();
  }

  @Override
  public RevocationStore revocations() {
    return behind.revocations();
  }

  @Override
  public NodeStore nodes() {
    return behind.nodes();
  }

  @Override
  public Future<Void> close() {
    return behind.close();
  }

  @Override
  public ErrorCode refusal() {
    return behind.journal().refusal();
  }

  @Override
  public Future<Void> fence(String instance, long generation) {
    return pass(() -> behind.journal().fence(instance, generation));
  }

  @Override
  public Future<Void> append(String instance, long generation, List<Append> entries) {
    return pass(() -> behind.journal().append(instance, generation, entries));
  }

  @Override
  public Future<Map<String, Room>> rooms(String instance) {
    return pass(() -> behind.journal().rooms(instance));
  }

  @Override
  public Future<Read> read(String instance, String room, long after, int limit) {
    return pass(() -> behind.journal().read(instance, room, after, limit));
  }

  @Override
  public Future<Read> readBefore(String instance, String room, long before, int limit) {
    return pass(() -> behind.journal().readBefore(instance, room, before, limit));
  }

  @Override
  public Future<Void> deleteRoom(String instance, String room) {
    return pass(() -> behind.journal().deleteRoom(instance, room));
  }
}
