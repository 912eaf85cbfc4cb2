package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Snapshot;
import io.mycelium.room.Epoch;
import io.mycelium.room.OnceKeys;
import io.mycelium.room.RecentEntries;
import io.mycelium.room.Room;
import io.mycelium.room.SavedRoom;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import java.util.List;
import java.util.Map;

/**
 * One room being rebuilt from its snapshot and the entries after it, a page at a time. On the
 * instance's context.
 */
final class RoomReplay {
  static final int PAGE = 1000;

  private final RoomLogic<Object> logic;
  private final SavedRoom lost;
  private final Journal.Room kept;
  private final JournalConfig limits;
  private final boolean closed;
  private final boolean durable;
  private final boolean certain;
  private final RecentEntries recent;
  private Object state;
  private long seq;
  private boolean complete = true;

  /**
   * @param kept null if the journal keeps nothing of the room
   * @param closedBy generation whose closing snapshot has everything
   */
  @SuppressWarnings("unchecked")
  RoomReplay(
      InstanceServices services,
      RoomSettings settings,
      SavedRoom lost,
      Journal.Room kept,
      long closedBy) {
    this.logic = (RoomLogic<Object>) services.types().open(settings);
    this.lost = lost;
    this.kept = kept;
    this.limits = services.journal();
    Snapshot newest = kept == null ? null : kept.snapshot();
    this.closed = newest != null && newest.closedBy() == closedBy && newest.seq() == kept.last();
    this.durable = settings.durability() != Durability.NONE;
    this.certain = settings.durability() == Durability.SYNC;
    this.recent = new RecentEntries(limits.maxEntriesPerRoom(), limits.maxBytesPerRoom());
  }

  /**
   * Whether the kept state may be shown. The state that a room without durability left behind is
   * stale, unless the room went to sleep with it.
   */
  boolean isUsable() {
    return durable || closed;
  }

  /**
   * A room that starts empty; under its old epoch only if no client can have seen one of its
   * entries.
   */
  SavedRoom fresh() {
    boolean unseen = lost.epoch() != null && (lost.seq() == 0 || certain);
    String epoch = unseen ? lost.epoch() : Epoch.fresh();
    Object initial = Room.present("init", logic.init());
    return new SavedRoom(
        initial, 0, epoch, lost.occupants(), lost.tickAt(), List.of(), null, null, 0, true);
  }

  /**
   * @param entries number of newest entries to keep in memory
   * @return the sequence after which to read
   */
  long begin(long entries) {
    Snapshot snapshot = kept.snapshot();
    if (snapshot == null) {
      state = Room.present("init", logic.init());
      complete = kept.oldest() <= 1;
      return 0;
    }
    complete = kept.oldest() <= snapshot.seq() + 1;
    state = Room.present("restore", logic.restore(snapshot.state()));
    seq = snapshot.seq();
    return Math.max(0, Math.min(snapshot.seq(), kept.last() - entries));
  }

  /** Returns the sequence of the last entry of the page; 0 if it was the last page. */
  long apply(Journal.Read page) {
    for (Entry entry : page.entries()) {
      if (entry.seq() > seq) {
        state = Room.present("apply", logic.apply(state, entry));
        seq = entry.seq();
      }
      recent.add(entry);
    }
    int size = page.entries().size();
    return size < PAGE ? 0 : page.entries().get(size - 1).seq();
  }

  /**
   * Keeps the epoch if every entry that a client may have seen is back. If first entries are gone
   * without a snapshot, or last ones may be, the room gets a new epoch.
   */
  SavedRoom done() {
    boolean whole = complete && (certain || closed);
    Snapshot snapshot = kept.snapshot();
    Map<String, Long> keys = kept.keys();
    return new SavedRoom(
        state,
        seq,
        whole ? kept.epoch() : Epoch.fresh(),
        lost.occupants(),
        snapshot == null || lost.tickAt() > 0 ? lost.tickAt() : snapshot.tickAt(),
        List.of(),
        lost.recent() == null ? recent : lost.recent(),
        keys.isEmpty() ? lost.keys() : OnceKeys.restored(limits.pushOnceWindow(), keys),
        snapshot == null ? 0 : snapshot.seq(),
        true);
  }
}
