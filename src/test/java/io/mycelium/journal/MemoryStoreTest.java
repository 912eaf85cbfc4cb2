package io.mycelium.journal;

/** The contract in memory. */
final class MemoryStoreTest extends RegisterContract {
  @Override
  Store open() {
    return new MemoryStore(StoreRig.config("memory:"));
  }
}
