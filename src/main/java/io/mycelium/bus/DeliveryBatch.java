package io.mycelium.bus;

import java.util.List;

/**
 * What an instance made of one command batch, or of one timer.
 *
 * @param generation of the instance; a batch of an older generation than the newest seen is a stale
 *     writer's and dropped
 * @param number within the generation, from 1, so that a repeat is known; {@link #UNNUMBERED} for
 *     what the deployer says, which does no harm when it is heard twice
 * @param items in order; treated as immutable once sent
 */
public record DeliveryBatch(String instance, long generation, long number, List<Outbound> items) {
  /** For what may be heard twice without harm. */
  public static final long UNNUMBERED = 0;
}
