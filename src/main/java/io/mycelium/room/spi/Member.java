package io.mycelium.room.spi;

import io.mycelium.protocol.Payload;

/**
 * One channel as the logic sees it.
 *
 * @param user id of its user; one user may have several channels
 * @param gateway and {@code connection}: the address of the channel
 * @param ref number of this membership, unique in the instance
 * @param params payload of the join
 */
public record Member(String user, String gateway, long connection, long ref, Payload params) {}
