package io.mycelium.bus;

import io.mycelium.bus.Outbound.Reply;
import io.mycelium.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Which commands a link sends again to an instance that lost its memory of the link. */
final class Unapplied {
  private static final String LOST_HISTORY =
      "the room keeps nothing and lost its history with its node: join again";

  private Unapplied() {}

  /** Answers the others: pushes that became entries, and pushes to rooms that began anew. */
  static List<Window.Pending> of(List<Window.Pending> waiting, Outbound.Restored restored) {
    List<Window.Pending> unapplied = new ArrayList<>(waiting.size());
    for (Window.Pending pending : waiting) {
      Command command = pending.command();
      Long seq = restored.pushes().get(command.number());
      if (command.kind() != Command.Kind.PUSH) {
        unapplied.add(pending);
      } else if (seq != null) {
        answer(pending, null, null, seq);
      } else if (restored.anew().contains(command.room())) {
        answer(pending, ErrorCode.INSTANCE_RESTARTING, LOST_HISTORY, 0);
      } else {
        unapplied.add(pending);
      }
    }
    return unapplied;
  }

  private static void answer(Window.Pending pending, ErrorCode code, String message, long seq) {
    long number = pending.command().number();
    pending.replyTo().onReply(new Reply(null, number, code, message, null, seq));
  }
}
