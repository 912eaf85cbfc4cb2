/**
 * All that outlives an instance: the register of instances, the ordered entries of rooms and their
 * snapshots. The SPI ({@code Store}) and its implementations, in memory and on a database; no SQL
 * is anywhere else. Owns nothing of what an entry means.
 *
 * <p>Entries come from {@code instance} in batches and go back to it on a replay, a gap or a
 * history request. On a database each thing to be done is a {@code Write}; the one {@code Writer}
 * of a node takes all that are queued, the {@code Committer} carries them out in one {@code
 * Transaction}, and only then they are answered. Reads go past it, on a {@code Reader}'s threads.
 *
 * <p>May import {@code protocol} only.
 */
package io.mycelium.journal;
