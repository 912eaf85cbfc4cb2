package io.mycelium.bus;

import io.mycelium.protocol.Payload;

/**
 * One request of a connection to an instance.
 *
 * @param number order number within the link, from 1; commands are applied once, in this order
 * @param connection the gateway's number for the connection
 * @param room the room's name; null for commands of the connection itself
 * @param event the event's name of a {@link Kind#PUSH}, else null
 * @param user the connection's user id; null where the instance knows it
 * @param payload of a push or a join, else null
 */
public record Command(
    long number,
    Kind kind,
    long connection,
    String room,
    String event,
    String user,
    Payload payload) {

  /** The kind of request. */
  public enum Kind {
    /** A connection asks for admission; refused above {@code max_connections}. */
    OPEN,
    /** A connection is gone, and all its channels with it. */
    CLOSE,
    JOIN,
    LEAVE,
    PUSH,
    /** Entries that the bus lost: {@code payload} is {@code [after, upTo]}. */
    REFILL,
    /** A channel that may see presence from now on asks for its {@code presence_state}. */
    PRESENCE,
    /** The last command of a link: the instance forgets the gateway. */
    DETACH,
    /**
     * Sockets that did not keep up take bytes again: {@code payload} is {@code [after, bytes]}, the
     * position that they have and how much they may get.
     */
    CATCH_UP,
    /**
     * The instance may not know the link any more. Alone in its batch and outside the order: {@code
     * number} is that of the last command which the link has the answer to.
     */
    HELLO,
    /** A channel that the instance forgot: a join without a greeting. */
    RESTORE;

    private static final Kind[] VALUES = values();

    static Kind of(int ordinal) {
      return VALUES[ordinal];
    }
  }

  /** The same with another number. */
  Command numbered(long other) {
    return new Command(other, kind, connection, room, event, user, payload);
  }

  /** Whether it reports an end, which the instance must learn of. */
  boolean isEnd() {
    return kind == Kind.CLOSE || kind == Kind.LEAVE || kind == Kind.DETACH;
  }

  /** Bytes that count against the limits of un-acked commands. */
  int size() {
    return payload == null ? 0 : payload.length();
  }
}
