package io.mycelium.instance;

import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.journal.Journal;
import java.util.function.LongSupplier;

/**
 * What all instances of a node share.
 *
 * @param clock milliseconds since 1970 (UTC)
 */
record Node(
    DeployerConfig config,
    RoomTypes types,
    Journal journal,
    DeliveryPublisher publisher,
    InstanceMeters meters,
    Supervisor supervisor,
    WorkerThreads threads,
    LongSupplier clock) {}
