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
    spec.rooms()
        .keySet()
        .forEach(name -> rooms.put(name, new Room.Saved(null, 0, Room.newEpoch(), null, 0, null)));
    return new Handover(rooms, List.of(), 1);
  }

  /** The same with every room's state to be read from the journal. */
  Handover withoutStates() {
    Map<String, Room.Saved> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, saved.lost()));
    return new Handover(lost, peers, nextRef);
  }

  /**
   * The same with connections but without channels: those of a failed instance were told to join
   * anew.
   */
  Handover withoutChannels() {
    Map<String, Room.Saved> empty = new HashMap<>();
    rooms.forEach((name, saved) -> empty.put(name, saved.vacated()));
    peers.forEach(
        peer -> peer.connections().forEachRemaining(connection -> connection.channels().clear()));
    return new Handover(empty, peers, nextRef);
  }
}
