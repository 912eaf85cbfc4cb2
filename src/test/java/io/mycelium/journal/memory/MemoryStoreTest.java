package io.mycelium.journal.memory;

import io.mycelium.journal.RevocationContract;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;

/** The contract in memory. */
final class MemoryStoreTest extends RevocationContract {
  @Override
  public Store open() {
    return new MemoryStore(StoreRig.config("memory:"));
  }
}
