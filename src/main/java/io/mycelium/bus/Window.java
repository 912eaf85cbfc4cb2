package io.mycelium.bus;

import java.util.function.Consumer;

/**
 * The un-acked commands of one link by number: a ring that grows up to the link's limit. For one
 * thread.
 */
final class Window {
  /**
   * A command with whoever waits for its answer; {@code sentTick} is the gateway's clock when it
   * was sent.
   */
  record Pending(Command command, ReplyTo replyTo, int sentTick) {}

  private Pending[] ring = new Pending[8];
  private long oldest = 1;
  private long next = 1;
  private int size;
  private long bytes;

  long nextNumber() {
    return next;
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
    bytes += pending.command().size();
  }

  /** Removes and returns a command; null if its answer came before or it was given up. */
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
    bytes -= pending.command().size();
    while (oldest < next && ring[slot(oldest)] == null) {
      oldest++;
    }
    return pending;
  }

  Pending oldest() {
    return size == 0 ? null : ring[slot(oldest)];
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
