/**
 * The data that outlives an instance: the register of instances, the ordered entries of rooms and
 * their snapshots. Contains the SPI ({@code Store}); its implementations, in memory and on a
 * database, are in the packages below. Does not interpret entries.
 *
 * <p>Entries come from {@code instance} in batches and go back to it on a replay, a gap or a
 * history request. On a database each change is a {@code Write}; the one {@code Writer} of a node
 * takes all queued writes, the {@code Committer} runs them in one {@code Transaction}, and only
 * then they are answered. Reads bypass the writer, on a {@code Reader}'s threads.
 *
 * <p>In a cluster several nodes share one database ({@code NodeStore}): each has a lease, each
 * instance an owner, and whoever is not the owner cannot write.
 *
 * <p>May import {@code protocol} only.
 */
package io.mycelium.journal;
