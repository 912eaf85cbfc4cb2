package io.mycelium.connection;

import io.mycelium.protocol.SlowConsumer;

/** Receives the web half's measurements on event loops, so an implementation must be cheap. */
public interface ConnectionMeters {
  /** Discards all; for tests and tools without metrics. */
  ConnectionMeters NONE = new ConnectionMeters() {};

  default void connectionOpened() {}

  /**
   * @param reason a {@link io.mycelium.protocol.Disconnect}'s reason, or {@code client} if the peer
   *     ended it
   */
  default void connectionClosed(String reason) {}

  /** Messages received since the last flush, and their bytes. */
  default void messagesIn(int messages, long bytes) {}

  /** Messages that one flush sent, over all sockets, and their bytes. */
  default void deliveriesOut(int deliveries, long bytes) {}

  default void errorReply(String reason) {}

  default void upgradeRefused(String reason) {}

  /**
   * An HTTP connection was closed.
   *
   * @param reason {@code header}, {@code body} or {@code next}: what did not come in time; {@code
   *     invalid}: what came is no HTTP, or larger than it may be
   */
  default void requestAborted(String reason) {}

  /** A gap in a room's sequence was fetched from the instance. */
  default void gapFetched() {}

  default void duplicateDropped() {}

  /** Messages that slow sockets do not get, one for each socket. */
  default void withheld(SlowConsumer policy, long messages) {}

  /**
   * An outgoing message was compressed, for however many sockets.
   *
   * @param bytes that it had
   * @param compressed that it has now; as many if compressing made it no smaller
   */
  default void deflated(int bytes, int compressed) {}

  /** A message stays plain since its event loop has spent its share of time on compression. */
  default void leftPlain() {}

  /**
   * A compressed message came in.
   *
   * @param bytes that it became; 0 if it was refused
   */
  default void inflated(int compressed, int bytes) {}
}
