package io.mycelium.bus;

/** Takes the one answer to a command. */
@FunctionalInterface
public interface ReplyTo {
  /** Ignores the answer. */
  ReplyTo NOBODY = reply -> {};

  /**
   * Called once per command, on the gateway's event loop: with the instance's answer, or with the
   * link's own.
   */
  void onReply(Outbound.Reply reply);
}
