package io.mycelium.room.spi;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import java.util.List;

/**
 * The behaviour of a room: pure functions over a state that is a value. The {@code on...} methods
 * <em>decide</em>: they look at the state and return {@link Effects}. Only {@link #apply}
 * <em>changes</em> the state, by one entry, and must return the same state for the same entries,
 * since a replay calls it too. Nothing is kept if a method throws: the push is answered with an
 * error, and the instance restarts with the state from before the push.
 *
 * <p>All calls come from the instance's thread, one at a time. An implementation keeps no mutable
 * fields.
 *
 * @param <S> the state; immutable, never null
 */
public interface RoomLogic<S> {
  /** Bytes of one part of a state in addition to its own. */
  int ITEM_BYTES = 128;

  /** The state before the first entry. */
  S init();

  /** The state after one more entry. */
  S apply(S state, Entry entry);

  /** The state as JSON, as a join shows it. */
  Payload view(S state);

  /**
   * The change of some entries, as JSON: the {@code state} of a {@code msg}. There are several
   * entries if the room has a patch interval, or one push made several.
   *
   * @param state the state after these entries
   */
  Payload delta(S state, List<Entry> entries);

  /**
   * The room was opened from the journal, without members. Effects for single channels have no
   * effect.
   */
  default Effects onOpen(S state) {
    return Effects.none();
  }

  /** A channel joins. May refuse it with {@link Effects#reject}. */
  default Effects onJoin(S state, Member member) {
    return Effects.none();
  }

  Effects onPush(S state, Push push);

  /**
   * A channel left, or its connection died.
   *
   * @param lastOfUser whether its user has no other channel in the room
   */
  default Effects onLeave(S state, Member member, boolean lastOfUser) {
    return Effects.none();
  }

  /** The delay of {@link Effects#tickIn} has passed. */
  default Effects onTick(S state, long now) {
    return Effects.none();
  }

  /**
   * The state as a snapshot keeps it, for {@link #restore}; null if this logic has no snapshots;
   * then all entries are kept, and a restart applies each of them again. Unlike the other methods
   * it may be called on any thread, with an older state.
   */
  default Payload save(S state) {
    return null;
  }

  /**
   * The state that {@link #save} wrote, by this version of the logic or an earlier one.
   *
   * @throws RuntimeException if it is not such a state; the instance then does not start
   */
  default S restore(Payload saved) {
    throw new UnsupportedOperationException(getClass() + " writes no snapshots");
  }

  /**
   * How many bytes the state takes: about as many as {@link #view} has, and {@value #ITEM_BYTES}
   * for each key, user or message in it. It is asked for with each push, so that a state of any
   * size should know it at once. -1 if it does not: it is measured by {@link #save} then, now and
   * then.
   */
  default long size(S state) {
    return -1;
  }

  /** Whether V2 clients get one binary entry as its bare bytes, instead of the delta. */
  default boolean broadcastsBinary() {
    return false;
  }
}
