package io.mycelium.instance;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a successor takes over from the verticle before it: rooms' states as they were before
 * whatever ended it, and who is connected. Only one of the two touches it at a time.
 *
 * @param rooms by name; rooms that are not in it begin anew
 * @param peers gateways with their connections
 * @param nextRef number of the next membership
 */
record Handover(Map<String, Room.Saved> rooms, Collection<Peer> peers, long nextRef) {
  static final Handover NOTHING = new Handover(Map.of(), List.of(), 1);

  /**
   * Where there is nobody to hand over: rooms without occupants, their states to be read from the
   * journal.
   */
  static Handover fromJournal(InstanceSpec spec) {
    Map<String, Room.Saved> rooms = new HashMap<>();
    spec.rooms().keySet().forEach(name -> rooms.put(name, Room.Saved.unknown()));
    return new Handover(rooms, List.of(), 1);
  }

  /** The same with every room's state to be read from the journal; no answer counts any more. */
  Handover withoutStates() {
    Map<String, Room.Saved> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, saved.lost()));
    peers.forEach(peer -> peer.replies().clear());
    return new Handover(lost, peers, nextRef);
  }

  /**
   * The same with nobody in it: who was there is told to come anew, and links tell which
   * connections there are.
   */
  Handover withoutPeers() {
    Map<String, Room.Saved> empty = new HashMap<>();
    rooms.forEach((name, saved) -> empty.put(name, saved.vacated()));
    return new Handover(empty, List.of(), nextRef);
  }

  /**
   * Whether a room's first entries were gone, so that what clients have does not fit what is left.
   */
  boolean isTruncated() {
    return rooms.values().stream()
        .anyMatch(saved -> saved.replay() != null && !saved.replay().complete());
  }

  /** The same, without anybody in it if it is truncated. */
  Handover checked() {
    return isTruncated() ? withoutPeers() : this;
  }
}
