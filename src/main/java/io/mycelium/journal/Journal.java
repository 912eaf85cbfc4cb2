package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;

/**
 * Keeps the entries of all instances of a node. Called from instances' threads; the futures
 * complete on any thread.
 *
 * <p>Fencing: once a generation of an instance has written or called {@link #fence}, an append of
 * an older one fails and writes nothing.
 */
public interface Journal {
  /** An entry with the room that it belongs to. */
  record Append(String room, Entry entry) {}

  /**
   * What a read found: entries in order, and whether they begin just behind where the reader asked
   * from.
   */
  record Read(List<Entry> entries, boolean complete) {}

  /**
   * Fences older generations before this one has anything to write: once this completes, whatever
   * they append later fails, and a read sees all that they wrote.
   */
  Future<Void> fence(String instance, long generation);

  /**
   * Writes entries of one instance, all or none.
   *
   * @return completes when they are kept as safely as this journal keeps anything; a failure means
   *     that they may or may not be, and the instance starts again from the journal
   */
  Future<Void> append(String instance, long generation, List<Append> entries);

  /** Up to {@code limit} entries of a room with a sequence above {@code after}, oldest first. */
  Future<Read> read(String instance, String room, long after, int limit);

  /** Removes all entries of a room. */
  Future<Void> deleteRoom(String instance, String room);

  /** Removes all that is kept of an instance. */
  Future<Void> deleteInstance(String instance);

  /** About how many bytes of this process' memory it takes for an instance. Any thread. */
  default long bytesInMemory(String instance) {
    return 0;
  }
}
