package io.mycelium.instance;

import io.mycelium.bus.Outbound;
import io.mycelium.room.Turn;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Answers that a link has not acknowledged: if the bus lost an answer, the link asks again. Above a
 * limit the oldest are dropped, and their commands time out if the bus lost them. For one thread.
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

  /** The link has all answers up to this command's. */
  void acknowledged(long number) {
    while (!replies.isEmpty() && replies.peek().number() <= number) {
      bytes -= size(replies.remove());
    }
  }

  /** In the order of their commands' numbers. */
  List<Outbound.Reply> all() {
    return List.copyOf(replies);
  }

  void repeat(Turn turn) {
    replies.forEach(turn::item);
  }

  /** Drops all answers: they may be wrong, because their entries may not be written. */
  void clear() {
    replies.clear();
    bytes = 0;
  }

  private static int size(Outbound.Reply reply) {
    return (reply.response() == null ? 0 : reply.response().length)
        + (reply.message() == null ? 0 : reply.message().length());
  }
}
