package io.mycelium.room;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.RoomLogic;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size of a room's state, and whether a push may enlarge it. If the logic does not know its
 * size, the output of its {@code save} is measured: whenever the entries since the last measurement
 * amount to an eighth of the state, or would exceed the limit if all of them stayed in it. For the
 * instance's thread.
 */
final class StateSize {
  private static final Logger LOG = LoggerFactory.getLogger(StateSize.class);

  /** Only larger changes are reported to the node. */
  private static final long UNTOLD = 1024;

  /** Fewer bytes of entries are not worth a measurement. */
  private static final long SMALL = 64 << 10;

  private static final long UNKNOWN = -1;

  private final RoomLogic<Object> logic;
  private final long max;
  private final StateAccount account;
  private long size;
  private long told;

  /** The size of the last measured state, and the size of the entries after it. */
  private long measured = UNKNOWN;

  private long since;

  /** The same for the state that was checked last. */
  private long nextMeasured = UNKNOWN;

  private long nextSince;

  StateSize(RoomLogic<Object> logic, long max, StateAccount account, Object state) {
    this.logic = logic;
    this.max = max;
    this.account = account;
    long known = logic.size(state);
    if (known < 0) {
      nextMeasured = measure(state);
      known = Math.max(0, nextMeasured);
    }
    become(known);
  }

  long bytes() {
    return size;
  }

  /**
   * The state's size after a push; changes nothing except the last measurement.
   *
   * @return its size
   * @throws Refusal if the state may not become this large
   */
  long check(Object next, List<Entry> made) {
    if (made.isEmpty()) {
      return size;
    }
    long becomes = of(next, made);
    long growth = becomes - size;
    if (growth <= 0) {
      return becomes;
    }
    if (becomes > max) {
      throw new Refusal(
          ErrorCode.STATE_TOO_LARGE,
          "the state of the room would have %d bytes, expected at most %d (max_state_bytes)"
              .formatted(becomes, max));
    }
    if (!account.allows(growth)) {
      throw new Refusal(
          ErrorCode.STATE_TOO_LARGE,
          "the rooms of the instance have its max_instance_state_bytes of " + account.most());
    }
    if (!account.budget().allows(becomes, growth)) {
      throw new Refusal(
          ErrorCode.OVERLOADED,
          "the node's rooms have its max_state_bytes of %d; nothing that makes a state larger is"
                  .formatted(account.budget().max())
              + " taken just now");
    }
    return becomes;
  }

  /** The size with entries that cannot be refused. */
  long of(Object next, List<Entry> made) {
    if (made.isEmpty()) {
      return size;
    }
    long known = logic.size(next);
    return known >= 0 ? known : measured < 0 ? 0 : estimate(next, made);
  }

  private long estimate(Object next, List<Entry> made) {
    long more = since + bytes(made);
    if (measured + more <= max && more < Math.max(SMALL, measured / 8)) {
      nextMeasured = measured;
      nextSince = more;
    } else {
      nextMeasured = measure(next);
      nextSince = 0;
    }
    return Math.max(0, nextMeasured + nextSince);
  }

  private static long bytes(List<Entry> made) {
    long bytes = 0;
    for (int i = 0; i < made.size(); i++) {
      bytes += RoomLogic.ITEM_BYTES + made.get(i).payload().jsonLength();
    }
    return bytes;
  }

  /** Null or an exception: the logic has no snapshots, so the size is unknown. */
  private long measure(Object state) {
    try {
      Payload saved = logic.save(state);
      return saved == null ? UNKNOWN : saved.length();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      LOG.warn("the state of a {} room could not be measured", logic.getClass().getName(), e);
      return UNKNOWN;
    }
  }

  /** The state was replaced by the one that was checked last. */
  void become(long bytes) {
    size = bytes;
    measured = nextMeasured;
    since = nextSince;
    long change = size - told;
    if (change > UNTOLD || change < -UNTOLD) {
      told = size;
      account.take(change);
    }
  }

  /** Called when the room is gone. */
  void release() {
    account.take(-told);
    told = 0;
  }
}
