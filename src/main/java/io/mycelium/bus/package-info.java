/**
 * The contract between the two halves: web verticles on one side, instances on the other, possibly
 * on other nodes.
 *
 * <p>Owns the addresses, the commands that go in, the deliveries and replies that come out, their
 * codecs, the gateway that numbers, batches, bounds and resends commands, and the directory
 * (control plane). Nothing here assumes that the other side is in this process. May import {@code
 * protocol} only.
 */
package io.mycelium.bus;
