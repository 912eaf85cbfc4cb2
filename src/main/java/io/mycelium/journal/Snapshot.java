package io.mycelium.journal;

import io.mycelium.protocol.Payload;

/**
 * A room's state right after one entry, so that a replay need not start at the first entry.
 *
 * @param seq of the last entry in the state; 0 before the first entry
 * @param epoch of the history that {@code seq} counts in
 * @param at when the snapshot was taken, in milliseconds since 1970 (UTC)
 * @param tickAt when the logic's tick is due, in milliseconds since 1970 (UTC); 0 if none is
 *     pending
 * @param closedBy generation that ended with this snapshot, so that no client can have seen a later
 *     entry; 0 for a snapshot of a running generation
 * @param state as the room's logic wrote it
 */
public record Snapshot(
    long seq, String epoch, long at, long tickAt, long closedBy, Payload state) {}
