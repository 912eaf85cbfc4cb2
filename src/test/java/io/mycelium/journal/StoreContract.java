package io.mycelium.journal;

/** The one suite that every store passes. */
abstract class StoreContract implements JournalContract, SnapshotContract, InstanceContract {}
