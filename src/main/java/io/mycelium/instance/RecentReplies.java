package io.mycelium.instance;

import io.mycelium.bus.Outbound;
import io.mycelium.room.Turn;
import java.util.ArrayDeque;

/**
 * A link's answers that it is not known to have: should the bus have lost one, it asks again. Over
 * a limit the oldest go, and their commands time out. For one thread.
 */
final class RecentReplies {
  static final int MAX_REPLIES = 1024;
  static final int MAX_BYTES = 64 << 10;

  private final ArrayDeque<Outbound.Reply> replies = new ArrayDeque<>(2);
  private int bytes;

  /** Answers come in the order of their commands' numbers. */
  void add(Outbound.Reply reply) {
    replies.add(reply);
    bytes += size(reply);
    while (replies.size() > MAX_REPLIES || bytes > MAX_BYTES) {
      bytes -= size(replies.remove());
    }
  }

  /** The link has all answers up to that command's. */
  void acknowledged(long number) {
    while (!replies.isEmpty() && replies.peek().number() <= number) {
      bytes -= size(replies.remove());
    }
  }

  void repeat(Turn turn) {
    replies.forEach(turn::item);
  }

  /** They may be wrong: what they say was perhaps not written. */
  void clear() {
    replies.clear();
    bytes = 0;
  }

  private static int size(Outbound.Reply reply) {
    return (reply.response() == null ? 0 : reply.response().length)
        + (reply.message() == null ? 0 : reply.message().length());
  }
}
