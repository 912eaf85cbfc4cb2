package io.mycelium.connection;

/** The state of an open connection: the first of these that applies. */
public enum SocketState {
  /** More bytes wait for the peer than allowed; it is about to be closed. */
  SLOW,
  /** The peer was silent and has not answered a ping yet. */
  PINGED,
  /** Joined to no room. */
  NOT_JOINED,
  JOINED
}
