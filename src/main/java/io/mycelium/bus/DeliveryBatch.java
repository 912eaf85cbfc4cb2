package io.mycelium.bus;

import java.util.List;

/**
 * An instance's output for one command batch or one timer.
 *
 * @param generation of the instance; a batch of an older generation than the newest seen comes from
 *     a stale writer and is dropped
 * @param number within the generation, from 1, to detect repeats; {@link #UNNUMBERED} for the
 *     deployer's messages, which may safely arrive twice
 * @param items in order; treated as immutable once sent
 */
public record DeliveryBatch(String instance, long generation, long number, List<Outbound> items) {
  /** The number of a batch that may safely arrive twice. */
  public static final long UNNUMBERED = 0;
}
