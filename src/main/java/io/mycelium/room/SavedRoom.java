package io.mycelium.room;

import io.mycelium.journal.Entry;
import java.util.List;

/**
 * The part of a room that outlives the verticle: the successor's room starts with it.
 *
 * @param state null if it was lost and must be rebuilt from the journal
 * @param epoch null if it is unknown
 * @param occupants null if the room starts without any
 * @param tickAt when the logic's tick is due, in milliseconds since 1970; 0 if none is pending
 * @param unsent entries that a patch interval still held
 * @param recent null if lost, or if the journal has them; likewise {@code keys}
 * @param snapshotSeq sequence of the newest snapshot
 * @param restored whether it was rebuilt from the journal, which may have an entry that was never
 *     published
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

  /** A room that is only in the journal. */
  public static SavedRoom unknown() {
    return new SavedRoom(null, 0, null, null, 0, List.of(), null, null, 0, false);
  }

  public SavedRoom lost() {
    return moved(seq, epoch, occupants, tickAt, null, null);
  }

  /**
   * A room of another node, whose state is in its closing snapshot.
   *
   * @param recent null if the journal has them; likewise {@code keys}
   */
  public static SavedRoom moved(
      long seq,
      String epoch,
      Occupants occupants,
      long tickAt,
      RecentEntries recent,
      OnceKeys keys) {
    return new SavedRoom(null, seq, epoch, occupants, tickAt, List.of(), recent, keys, 0, false);
  }

  /** The same, with the newest entries and their keys, which are nowhere else. */
  public SavedRoom closed() {
    return moved(seq, epoch, occupants, tickAt, recent, keys);
  }

  public boolean isLost() {
    return state == null;
  }

  public SavedRoom vacated() {
    return new SavedRoom(
        state, seq, epoch, null, tickAt, unsent, recent, keys, snapshotSeq, restored);
  }
}
