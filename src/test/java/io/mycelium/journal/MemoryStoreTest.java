package io.mycelium.journal;

class MemoryStoreTest extends StoreContract {
  private final Store store = new MemoryStore(JournalConfig.DEFAULT.inMemory(1_000_000, 1L << 30));

  @Override
  public Store store() {
    return store;
  }
}
