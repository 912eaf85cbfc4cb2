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
 * <p>Faults: while what lies beneath cannot be written (database gone, disk full), what was
 * accepted waits and is tried again until it is written; {@link #refusal} says meanwhile that
 * nothing more should be asked for. So a caller learns late, but never wrongly.
 */
public interface Journal {
  /**
   * An entry with the room that it belongs to.
   *
   * @param epoch of the room's history; an entry of sequence 1 of another epoch than what is kept
   *     of that room begins a new history in its place, a later one goes on under the new name
   * @param durability {@code ASYNC} may be gathered for {@code journal.flush_interval}; never
   *     {@code NONE}
   */
  record Append(String room, String epoch, Durability durability, Entry entry) {}

  /**
   * What a read found: entries in order, and whether they begin just behind where the reader asked
   * from ({@link #read}) or nothing older was dropped ({@link #readBefore}).
   */
  record Read(List<Entry> entries, boolean complete) {}

  /**
   * What is kept of a room, its entries aside.
   *
   * @param snapshot the newest; null if there is none
   * @param oldest sequence of the first entry that is kept; 0 if there is none
   * @param last sequence of the last entry that was ever appended; 0 if there was none
   * @param keys sequence by key of the pushes in the {@code push_once} window
   */
  record Room(String epoch, Snapshot snapshot, long oldest, long last, Map<String, Long> keys) {}

  /**
   * Why entries should not be accepted now: {@code journal_unavailable}, or {@code overloaded} if
   * too many wait to be written; null if all is well. Any thread, a volatile read.
   */
  ErrorCode refusal();

  /**
   * Fences older generations before this one has anything to write: once this completes, whatever
   * they append later fails, and a read sees all that they wrote.
   */
  Future<Void> fence(String instance, long generation);

  /**
   * Writes entries of one instance, all or none. Appends of a generation are written in the order
   * of the calls, many in one transaction; once one failed, all later ones of that generation fail.
   *
   * @return completes when they are kept as safely as this journal keeps anything; a failure means
   *     that they may or may not be, and the instance starts again from the journal
   */
  Future<Void> append(String instance, long generation, List<Append> entries);

  /**
   * What is kept of each room of an instance, by name; rooms of which nothing is kept are not in
   * it.
   */
  Future<Map<String, Room>> rooms(String instance);

  /** Up to {@code limit} entries of a room with a sequence above {@code after}, oldest first. */
  Future<Read> read(String instance, String room, long after, int limit);

  /**
   * The newest {@code limit} entries of a room with a sequence below {@code before}, oldest first.
   */
  Future<Read> readBefore(String instance, String room, long before, int limit);

  /** Removes all that is kept of a room. */
  Future<Void> deleteRoom(String instance, String room);
}
