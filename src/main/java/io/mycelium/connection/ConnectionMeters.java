package io.mycelium.connection;

/** What the web half reports; called on event loops, so an implementation must be cheap. */
public interface ConnectionMeters {
  /** For tests and tools that keep no metrics. */
  ConnectionMeters NONE = new ConnectionMeters() {};

  default void connectionOpened() {}

  /**
   * @param reason a {@link io.mycelium.protocol.Disconnect}'s reason, or {@code client} if the peer ended it
   */
  default void connectionClosed(String reason) {}

  default void messageIn(int bytes) {}

  /** Messages that one flush sent, over all sockets, and their bytes. */
  default void deliveriesOut(long messages, long bytes) {}

  default void errorReply(String reason) {}

  default void upgradeRefused(String reason) {}

  /** A gap in a room's sequence was fetched from the instance. */
  default void gapFetched() {}

  default void duplicateDropped() {}
}
