package io.mycelium.journal.memory;

import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.RevocationStore;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.vertx.core.Future;

/** Keeps everything in this process, for as long as it lives. */
public final class MemoryStore implements Store {
  private final MemoryJournal journal;
  private final InstanceStore instances;
  private final RevocationStore revocations = new MemoryRevocations();

  public MemoryStore(JournalConfig config) {
    this.journal = new MemoryJournal(config);
    this.instances = new MemoryInstances(journal);
  }

  @Override
  public InstanceStore instances() {
    return instances;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public SnapshotStore snapshots() {
    return journal;
  }

  @Override
  public RevocationStore revocations() {
    return revocations;
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
