/**
 * The contract between the two halves: web verticles on one side, instances on the other, possibly
 * on other nodes.
 *
 * <p>Owns the addresses, the inbound commands, the outbound deliveries and replies, their codecs,
 * the gateway that numbers, batches, bounds and resends commands, and the directory (control
 * plane). Nothing here assumes that the other half is in this process. May import {@code protocol}
 * only.
 */
package io.mycelium.bus;
