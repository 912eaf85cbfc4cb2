package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * How a server that only broadcasts is spoken to. Has no state; all but {@link #path}: any loop.
 */
interface Dialect {
  /** A socket, as a dialect sees it. On its event loop. */
  interface Line {
    String room();

    void send(String frame);

    void send(Buffer frame);

    /** The socket is in its room. */
    void joined();

    /** Somebody's push, with {@link Marker} and padding. */
    void delivered(String message);

    /** The server said no. */
    void refused(String words);
  }

  /** Path and query at which a socket of a room is opened. */
  default Future<String> path(Target target, String room) {
    return Future.succeededFuture("/" + room);
  }

  /** Says what is needed to come into the room. */
  void opened(Line line);

  void text(Line line, String frame);

  /** A binary frame; an error, except where a dialect has such. */
  default void binary(Line line, Buffer frame) {
    line.refused("a binary frame of " + frame.length() + " bytes, expected text");
  }

  /**
   * Sends a payload to the room.
   *
   * @param number of the socket's pushes, from 1
   */
  void push(Line line, int number, String payload);
}
