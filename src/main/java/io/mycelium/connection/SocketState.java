package io.mycelium.connection;

/** What an open connection is about; each is in the first of these that fits. */
public enum SocketState {
  /** More is waiting for the peer than it may; it is about to be closed. */
  SLOW,
  /** The peer was silent and has a ping to answer. */
  PINGED,
  /** In no room. */
  NOT_JOINED,
  JOINED
}
