package io.mycelium.journal;

/** What the contracts are tested on. */
interface StoreUnderTest {
  /** Empty when the test begins. */
  Store store();
}
