package io.mycelium.instance;

import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.instance.thread.WorkerThreads;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Store;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.StateBudget;
import java.util.function.LongSupplier;

/**
 * The services that all instances of a node share.
 *
 * @param states what the states of all their rooms may take
 * @param clock milliseconds since 1970 (UTC)
 */
public record InstanceServices(
    DeployerConfig config,
    RoomTypes types,
    JournalConfig journal,
    Store store,
    DeliveryPublisher publisher,
    InstanceMeters meters,
    StateBudget states,
    Supervisor supervisor,
    WorkerThreads threads,
    LongSupplier clock) {}
