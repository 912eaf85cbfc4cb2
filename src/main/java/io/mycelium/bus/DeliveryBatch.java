package io.mycelium.bus;

import java.util.List;

/**
 * What an instance made of one command batch, or of one timer.
 *
 * @param generation of the instance; a batch of an older generation than the newest seen is a stale
 *     writer's and dropped
 * @param items in order; treated as immutable once sent
 */
public record DeliveryBatch(String instance, long generation, List<Outbound> items) {}
