/**
 * The store on a database, SQLite or PostgreSQL; no SQL is anywhere else.
 *
 * <p>Each thing to be done is a {@code Write}. The one {@code Writer} of a node takes all that are
 * queued, the {@code Committer} carries them out in one {@code Transaction}, and only then they are
 * answered. Reads go past the writer, on a {@code Reader}'s threads.
 *
 * <p>May import {@code journal} and {@code protocol}.
 */
package io.mycelium.journal.jdbc;
