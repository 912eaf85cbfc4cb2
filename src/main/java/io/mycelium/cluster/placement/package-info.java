/**
 * Which node an instance goes to: a new one, one that nobody owns, those of a dead node, and those
 * that even out loads. Rules without a clock or a bus; loads come from the leases in the store.
 *
 * <p>Imports {@code journal}. Used by {@code cluster}.
 */
package io.mycelium.cluster.placement;
