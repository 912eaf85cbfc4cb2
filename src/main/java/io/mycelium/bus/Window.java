package io.mycelium.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The un-acked commands of one link by number: a ring that grows up to the link's limit. For one
 * thread.
 */
final class Window {
  /**
   * A command and the receiver of its answer; {@code sentTick} is the gateway's clock when the
   * command was sent.
   */
  record Pending(Command command, ReplyTo replyTo, int sentTick) {}

  private final IntConsumer sizeChanged;
  private Pending[] ring = new Pending[8];
  private long oldest = 1;
  private long next = 1;
  private int size;
  private long bytes;

  Window() {
    this(change -> {});
  }

  /**
   * @param sizeChanged called with the change in the number of commands
   */
  Window(IntConsumer sizeChanged) {
    this.sizeChanged = sizeChanged;
  }

  long nextNumber() {
    return next;
  }

  /** Number up to which no command waits. */
  long answered() {
    return oldest - 1;
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }

  void add(Pending pending) {
    if (next - oldest == ring.length) {
      grow();
    }
    ring[slot(next++)] = pending;
    size++;
    sizeChanged.accept(1);
    bytes += pending.command().size();
  }

  /** Removes and returns a command; null if it was answered or given up before. */
  Pending take(long number) {
    if (number < oldest || number >= next) {
      return null;
    }
    Pending pending = ring[slot(number)];
    if (pending == null) {
      return null;
    }
    ring[slot(number)] = null;
    size--;
    sizeChanged.accept(-1);
    bytes -= pending.command().size();
    while (oldest < next && ring[slot(oldest)] == null) {
      oldest++;
    }
    return pending;
  }

  Pending oldest() {
    return size == 0 ? null : ring[slot(oldest)];
  }

  /**
   * Commands are applied in order: the answer to a later command proves that the instance has an
   * earlier end.
   */
  void forgetEndsBefore(long number) {
    for (Pending p = oldest();
        p != null && p.command().isEnd() && p.command().number() < number;
        p = oldest()) {
      if (p.replyTo() != ReplyTo.NOBODY) {
        return;
      }
      take(p.command().number());
    }
  }

  /**
   * Takes commands sent at or before this tick. Ends stay, without a receiver, as long as there are
   * fewer than {@code maxKept} commands.
   *
   * @return the receivers to answer
   */
  List<Pending> expire(int tick, int maxKept) {
    List<Pending> expired = new ArrayList<>();
    long end = next;
    for (long n = oldest; n < end; n++) {
      Pending pending = ring[slot(n)];
      if (pending == null) {
        continue;
      }
      if (pending.sentTick() - tick > 0) {
        break;
      }
      if (pending.replyTo() != ReplyTo.NOBODY) {
        expired.add(pending);
      }
      if (pending.command().isEnd() && size < maxKept) {
        ring[slot(n)] = new Pending(pending.command(), ReplyTo.NOBODY, pending.sentTick());
      } else {
        take(n);
      }
    }
    return expired;
  }

  /** Takes all commands, in order; the next number is 1. */
  List<Pending> restart() {
    List<Pending> all = new ArrayList<>(size);
    forEachAfter(0, all::add);
    sizeChanged.accept(-size);
    ring = new Pending[8];
    oldest = 1;
    next = 1;
    size = 0;
    bytes = 0;
    return all;
  }

  void forEachAfter(long number, Consumer<Pending> consumer) {
    for (long n = Math.max(number + 1, oldest); n < next; n++) {
      Pending pending = ring[slot(n)];
      if (pending != null) {
        consumer.accept(pending);
      }
    }
  }

  private int slot(long number) {
    return (int) number & (ring.length - 1);
  }

  private void grow() {
    Pending[] old = ring;
    ring = new Pending[old.length * 2];
    for (long n = oldest; n < next; n++) {
      ring[slot(n)] = old[(int) n & (old.length - 1)];
    }
  }
}
