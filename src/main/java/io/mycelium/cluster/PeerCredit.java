package io.mycelium.cluster;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes may be on their way to each other node. Vert.x's bus queues without a bound for a
 * node that does not read; whoever sends to another node takes credit first, and sends nothing
 * where there is none. Bytes are counted from the start of a line, so that one acknowledgement
 * covers all before it, lost messages too. Any thread; no locks.
 */
final class PeerCredit {
  private final long maxUnacked;
  private final int maxFrame;
  private final Map<String, Line> lines = new ConcurrentHashMap<>();
  private final AtomicLong made = new AtomicLong();

  /** To one node, until it leaves. */
  private static final class Line {
    final long number;
    final AtomicLong sent = new AtomicLong();
    final AtomicLong acked = new AtomicLong();

    /** What was acknowledged when it was looked at last, and how often that stayed so. */
    long seen;

    int still;

    Line(long number) {
      this.number = number;
    }
  }

  /**
   * Leave to send.
   *
   * @param line a node that leaves and comes back has another, whose count begins anew
   * @param upTo bytes sent on that line so far, this message's included
   */
  record Grant(long line, long upTo) {}

  /** A node that has acknowledged nothing for a while, and all that was sent to it. */
  record Silent(String node, Grant all) {}

  /**
   * @param maxUnacked bytes to one node; one larger message is let through if nothing else is on
   *     its way
   * @param maxFrame bytes of one message, which the other node would not take if it were larger
   */
  PeerCredit(long maxUnacked, int maxFrame) {
    this.maxUnacked = maxUnacked;
    this.maxFrame = maxFrame;
  }

  /** Null where there is no credit. */
  Grant take(String node, int bytes) {
    Line line = lines.get(node);
    if (line == null) {
      line = lines.computeIfAbsent(node, key -> new Line(made.incrementAndGet()));
    }
    while (true) {
      long sent = line.sent.get();
      long unacked = sent - line.acked.get();
      if (bytes > maxFrame || unacked > 0 && unacked + bytes > maxUnacked) {
        return null;
      }
      if (line.sent.compareAndSet(sent, sent + bytes)) {
        return new Grant(line.number, sent + bytes);
      }
    }
  }

  /**
   * @param upTo the newest grant that the node has used up; an older one, or one of another line,
   *     changes nothing
   */
  void acked(String node, Grant upTo) {
    Line line = lines.get(node);
    if (line != null && line.number == upTo.line && upTo.upTo <= line.sent.get()) {
      line.acked.accumulateAndGet(upTo.upTo, Math::max);
    }
  }

  /** The node has left: what was on its way to it is gone. */
  void forget(String node) {
    lines.remove(node);
  }

  /**
   * Called at a steady rate, by one caller: the nodes that had bytes to acknowledge all the time
   * and acknowledged none of them.
   *
   * @param times how many calls that is
   */
  List<Silent> silent(int times) {
    return lines.entrySet().stream()
        .filter(entry -> isSilent(entry.getValue(), times))
        .map(entry -> new Silent(entry.getKey(), all(entry.getValue())))
        .toList();
  }

  private static Grant all(Line line) {
    return new Grant(line.number, line.sent.get());
  }

  private static boolean isSilent(Line line, int times) {
    long acked = line.acked.get();
    boolean moved = acked != line.seen || line.sent.get() == acked;
    line.seen = acked;
    line.still = moved ? 0 : line.still + 1;
    return line.still >= times;
  }

  /** Bytes on their way to all nodes. */
  long unacked() {
    long sum = 0;
    for (Line line : lines.values()) {
      sum += line.sent.get() - line.acked.get();
    }
    return sum;
  }
}
