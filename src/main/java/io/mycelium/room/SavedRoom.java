package io.mycelium.room;

import io.mycelium.journal.Entry;
import java.util.List;

/**
 * What of a room outlives the verticle: the successor's room begins with it.
 *
 * @param state null if it was lost and is to be made anew from the journal
 * @param epoch null if nobody knows any
 * @param occupants null if the room begins without any
 * @param tickAt when the logic wants to be called, in milliseconds since 1970; 0 if it does not
 * @param unsent entries that a patch interval still held
 * @param recent null if lost, as are {@code keys}
 * @param snapshotSeq sequence of the newest snapshot
 * @param restored whether it was made from the journal, which may know an entry that nobody heard
 *     of
 */
public record SavedRoom(
    Object state,
    long seq,
    String epoch,
    Occupants occupants,
    long tickAt,
    List<Entry> unsent,
    RecentEntries recent,
    OnceKeys keys,
    long snapshotSeq,
    boolean restored) {

  /** A new room. */
  static SavedRoom fresh(Object initial) {
    return new SavedRoom(initial, 0, Epoch.fresh(), null, 0, List.of(), null, null, 0, false);
  }

  /** A room of which only the journal knows anything. */
  public static SavedRoom unknown() {
    return new SavedRoom(null, 0, null, null, 0, List.of(), null, null, 0, false);
  }

  public SavedRoom lost() {
    return new SavedRoom(null, seq, epoch, occupants, tickAt, List.of(), null, null, 0, false);
  }

  public boolean isLost() {
    return state == null;
  }

  public SavedRoom vacated() {
    return new SavedRoom(
        state, seq, epoch, null, tickAt, unsent, recent, keys, snapshotSeq, restored);
  }
}
