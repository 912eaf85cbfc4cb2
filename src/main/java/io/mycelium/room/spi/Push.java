package io.mycelium.room.spi;

import io.mycelium.protocol.Payload;

/**
 * A message to a room.
 *
 * @param event its event: {@code push}, or any other name that the client chose
 * @param user id of the sender; null for a back end that names no user
 * @param at when the instance received it, in milliseconds since 1970 (UTC)
 */
public record Push(String event, String user, Payload payload, long at) {

  /** The event of an ordinary message. */
  public static final String PUSH = "push";
}
