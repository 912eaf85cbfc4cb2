package io.mycelium.instance;

import io.mycelium.room.SavedRoom;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a successor takes over from the verticle before it: rooms' states as they were before
 * whatever ended it, and who is connected. Only one of the two touches it at a time.
 *
 * @param rooms by name; rooms that are not in it begin anew
 * @param links what the instance knows of each link: its connections, and how far it came
 * @param nextRef number of the next membership; begins anywhere, since clients take a presence meta
 *     for one that they have if its {@code phx_ref} is the same
 * @param truncated whether what clients have does not fit what is left
 */
public record Handover(
    Map<String, SavedRoom> rooms, Collection<LinkState> links, long nextRef, boolean truncated) {
  /** Below it, numbers are exact in any language even after as many memberships again. */
  private static final long FIRST_REFS = 1L << 52;

  /** Where there is no predecessor. */
  public static Handover nothing() {
    return new Handover(Map.of(), List.of(), firstRef(), false);
  }

  /**
   * Two runs of consecutive numbers from here meet once in billions of restarts: so no node needs
   * to know what another gave away, or what itself did before it was killed.
   */
  private static long firstRef() {
    return ThreadLocalRandom.current().nextLong(1, FIRST_REFS);
  }

  /**
   * Where there is nobody to hand over: rooms without occupants, their states to be read from the
   * journal.
   */
  public static Handover fromJournal(InstanceSpec spec) {
    Map<String, SavedRoom> rooms = new HashMap<>();
    spec.rooms().keySet().forEach(name -> rooms.put(name, SavedRoom.unknown()));
    return new Handover(rooms, List.of(), firstRef(), false);
  }

  /**
   * The same with the state of every room that the journal keeps to be read from there; the others
   * have nothing that could be in doubt. No answer counts any more.
   */
  Handover withoutStates(InstanceSpec spec) {
    Map<String, SavedRoom> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, spec.isDurable(name) ? saved.lost() : saved));
    links.forEach(link -> link.replies().clear());
    return new Handover(lost, links, nextRef, truncated);
  }

  /** The same with all states to be read from the journal, the instance having gone to sleep. */
  Handover asleep() {
    Map<String, SavedRoom> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, saved.lost()));
    return new Handover(lost, links, nextRef, truncated);
  }

  /** Whether nobody is connected. */
  public boolean isDeserted() {
    return links.isEmpty();
  }

  /**
   * The same with nobody in it: who was there is told to come anew, and links tell which
   * connections there are.
   */
  public Handover withoutLinks() {
    Map<String, SavedRoom> empty = new HashMap<>();
    rooms.forEach((name, saved) -> empty.put(name, saved.vacated()));
    return new Handover(empty, List.of(), nextRef, truncated);
  }
}
