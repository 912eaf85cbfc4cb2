package io.mycelium.journal;

import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * Keeps the entries of all instances of a node. Called from instances' threads, never blocks; the
 * futures complete on any thread.
 *
 * <p>Fencing: once a generation of an instance has written or called {@link #fence}, an append of
 * an older one fails and writes nothing.
 *
 * <p>Faults: while the storage cannot be written (database gone, disk full), accepted entries wait
 * and are retried until they are written; meanwhile {@link #refusal} tells callers to append no
 * more. So a caller may learn the outcome late, but never a wrong one.
 */
public interface Journal {
  /**
   * An entry with the room that it belongs to.
   *
   * @param epoch of the room's history; an entry of sequence 1 with another epoch than the kept
   *     history's replaces that history, a later entry continues it under the new epoch
   * @param durability {@code ASYNC} may be gathered for {@code journal.flush_interval}; never
   *     {@code NONE}
   * @param origin which command made the entry; null if none did, and outside of a cluster. Only a
   *     store that is shared by a cluster keeps it
   */
  record Append(String room, String epoch, Durability durability, Entry entry, Origin origin) {
    public Append(String room, String epoch, Durability durability, Entry entry) {
      this(room, epoch, durability, entry, null);
    }
  }

  /**
   * A command, as its link numbers it.
   *
   * @param link id of the link; unique for ever
   */
  record Origin(String link, long number) {}

  /**
   * The result of a read: entries in order, and whether they start right after the requested
   * sequence ({@link #read}) or no older entry was dropped ({@link #readBefore}).
   */
  record Read(List<Entry> entries, boolean complete) {}

  /**
   * What the journal keeps of a room, except its entries.
   *
   * @param snapshot the newest snapshot; null if there is none
   * @param oldest sequence of the first entry that is kept; 0 if there is none
   * @param last sequence of the last entry that was ever appended; 0 if there was none
   * @param keys sequence by key of the pushes in the {@code push_once} window
   */
  record Room(String epoch, Snapshot snapshot, long oldest, long last, Map<String, Long> keys) {}

  /**
   * Why entries should not be accepted now: {@code journal_unavailable}, or {@code overloaded} if
   * too many wait to be written; null if entries are accepted. Any thread, a volatile read.
   */
  ErrorCode refusal();

  /**
   * Fences older generations before this one writes anything: once this completes, their later
   * appends fail, and a read sees all their earlier writes.
   */
  Future<Void> fence(String instance, long generation);

  /**
   * Writes entries of one instance, all or none. Appends of a generation are written in the order
   * of the calls, many in one transaction; once an append failed, all later appends of its
   * generation fail.
   *
   * @return completes when the entries are as durable as this journal makes them; after a failure
   *     they may or may not be written, and the instance restarts from the journal
   */
  Future<Void> append(String instance, long generation, List<Append> entries);

  /**
   * What the journal keeps of each room of an instance, by name, without rooms of which it keeps
   * nothing.
   */
  Future<Map<String, Room>> rooms(String instance);

  /** Up to {@code limit} entries of a room with a sequence above {@code after}, oldest first. */
  Future<Read> read(String instance, String room, long after, int limit);

  /**
   * The newest {@code limit} entries of a room with a sequence below {@code before}, oldest first.
   */
  Future<Read> readBefore(String instance, String room, long before, int limit);

  /** Removes a room's entries and snapshots. */
  Future<Void> deleteRoom(String instance, String room);
}
