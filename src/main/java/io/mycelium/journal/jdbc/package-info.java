/**
 * The store on a database, SQLite or PostgreSQL; no SQL is anywhere else.
 *
 * <p>Each change is a {@code Write}. The one {@code Writer} of a node takes all queued writes, the
 * {@code Committer} runs them in one {@code Transaction}, and only then they are answered. Reads
 * bypass the writer, on a {@code Reader}'s threads.
 *
 * <p>May import {@code journal} and {@code protocol}.
 */
package io.mycelium.journal.jdbc;
