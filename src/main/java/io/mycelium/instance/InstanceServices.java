package io.mycelium.instance;

import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Store;
import io.mycelium.room.RoomTypes;
import java.util.function.LongSupplier;

/**
 * What all instances of a node share.
 *
 * @param clock milliseconds since 1970 (UTC)
 */
public record InstanceServices(
    DeployerConfig config,
    RoomTypes types,
    JournalConfig journal,
    Store store,
    DeliveryPublisher publisher,
    InstanceMeters meters,
    Supervisor supervisor,
    WorkerThreads threads,
    LongSupplier clock) {}
