package io.mycelium.instance;

import io.mycelium.room.SavedRoom;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a successor takes over from the previous verticle: the rooms' states before the fault that
 * ended it, and its connections. Only one of the two verticles uses it at a time.
 *
 * @param rooms by name; missing rooms start empty
 * @param links each link's connections, and the last command applied
 * @param nextRef number of the next membership; starts at a random number, since clients treat
 *     presence metas with the same {@code phx_ref} as the same
 * @param truncated whether clients may have entries that were lost
 * @param closedBy generation whose closing snapshots hold the lost states, if it ran on another
 *     node; 0 for the generation before the successor's
 */
public record Handover(
    Map<String, SavedRoom> rooms,
    Collection<LinkState> links,
    long nextRef,
    boolean truncated,
    long closedBy) {
  /** Numbers below this bound stay exact in any language even after as many memberships again. */
  private static final long FIRST_REFS = 1L << 52;

  Handover(
      Map<String, SavedRoom> rooms, Collection<LinkState> links, long nextRef, boolean truncated) {
    this(rooms, links, nextRef, truncated, 0);
  }

  /** A handover without a predecessor. */
  public static Handover nothing() {
    return new Handover(Map.of(), List.of(), firstRef(), false);
  }

  /**
   * Two runs of consecutive random starts overlap once in billions of restarts, so no node needs to
   * know which numbers were used by another node, or by itself before it was killed.
   */
  private static long firstRef() {
    return ThreadLocalRandom.current().nextLong(1, FIRST_REFS);
  }

  /**
   * A handover after the predecessor was lost: rooms without occupants, whose states must be read
   * from the journal.
   */
  public static Handover fromJournal(InstanceSpec spec) {
    Map<String, SavedRoom> rooms = new HashMap<>();
    spec.rooms().keySet().forEach(name -> rooms.put(name, SavedRoom.unknown()));
    return new Handover(rooms, List.of(), firstRef(), false);
  }

  /**
   * The same, but the states of rooms that the journal keeps must be read from the journal; the
   * states of other rooms are not in doubt. Drops the kept answers.
   */
  Handover withoutStates(InstanceSpec spec) {
    Map<String, SavedRoom> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, spec.isDurable(name) ? saved.lost() : saved));
    links.forEach(link -> link.replies().clear());
    return new Handover(lost, links, nextRef, truncated);
  }

  /** The same for an instance that went to sleep: all states must be read from the journal. */
  Handover asleep() {
    Map<String, SavedRoom> lost = new HashMap<>();
    rooms.forEach((name, saved) -> lost.put(name, saved.lost()));
    return new Handover(lost, links, nextRef, truncated);
  }

  /** The same for an instance that another node goes on with, from the closing snapshots. */
  Handover leaving(InstanceSpec spec) {
    Map<String, SavedRoom> closed = new HashMap<>();
    rooms.forEach(
        (name, saved) -> closed.put(name, spec.isDurable(name) ? saved.lost() : saved.closed()));
    return new Handover(closed, links, nextRef, truncated);
  }

  /** Whether there are no connections. */
  public boolean isDeserted() {
    return links.isEmpty();
  }

  /**
   * The same without members: earlier members are told to rejoin, and links report their open
   * connections.
   */
  public Handover withoutLinks() {
    Map<String, SavedRoom> empty = new HashMap<>();
    rooms.forEach((name, saved) -> empty.put(name, saved.vacated()));
    return new Handover(empty, List.of(), nextRef, truncated, closedBy);
  }

  /** Whether the predecessor ran on another node. */
  boolean hasMoved() {
    return closedBy > 0;
  }
}
