package io.mycelium.journal;

import io.mycelium.protocol.Payload;

/**
 * A room as it was right behind one entry, so that a replay need not begin at the first.
 *
 * @param seq of the last entry that is in it; 0 before the first
 * @param epoch of the history that {@code seq} counts in
 * @param at when it was taken, in milliseconds since 1970 (UTC)
 * @param tickAt when the logic wants to be called, likewise; 0 if it does not
 * @param closedBy generation that ended with this snapshot, so that nobody can have seen anything
 *     behind it; 0 for one that was taken on the way
 * @param state as the room's logic wrote it
 */
public record Snapshot(
    long seq, String epoch, long at, long tickAt, long closedBy, Payload state) {}
