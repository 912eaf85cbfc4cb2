package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Store;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.Epoch;
import io.mycelium.room.Position;
import io.mycelium.room.Room;
import io.mycelium.room.StateAccount;

/**
 * The conditions outside a room under which a push is accepted and a client may resume.
 *
 * @param account in the node's budget for states
 * @param keepsOrigins whether the journal keeps which command made an entry
 */
public record Admission(
    Journal journal, JournalConfig limits, StateAccount account, boolean keepsOrigins) {

  static Admission of(InstanceServices services, StateAccount account) {
    Store store = services.store();
    return new Admission(store.journal(), services.journal(), account, store.isShared());
  }

  /** Null where the journal does not keep it. */
  Journal.Origin origin(String link, Command command) {
    return keepsOrigins ? new Journal.Origin(link, command.number()) : null;
  }

  /**
   * @throws Refusal while this room's entries cannot be kept as durably as required; nothing
   *     changed
   */
  void check(Room room) {
    if (room.settings().durability() == Durability.NONE) {
      return;
    }
    ErrorCode refusal = journal.refusal();
    if (refusal != null) {
      throw new Refusal(
          refusal,
          refusal == ErrorCode.OVERLOADED
              ? "too many messages wait to be written to the journal; send it again later"
              : "the journal cannot be written just now; nothing was changed, send it again later");
    }
  }

  /** Whether the client's history is the room's, and the client did not miss too many entries. */
  private boolean isNear(Room room, Position since) {
    return Epoch.has(room.epoch(), since)
        && since.seq() <= room.seq()
        && room.seq() - since.seq() <= limits.maxResumeEntries();
  }

  /** Whether the missed entries must be read from the journal first. */
  boolean mustRead(Room room, Position since) {
    return isNear(room, since)
        && !room.remembers(since.seq())
        && room.settings().durability() != Durability.NONE
        && room.recent() != null;
  }

  boolean canResume(Room room, Position since) {
    return isNear(room, since) && room.remembers(since.seq());
  }
}
