package io.mycelium.journal;

import io.mycelium.protocol.Payload;

/**
 * One accepted message of a room.
 *
 * @param seq the room's gapless number, from 1
 * @param at when it was accepted, in milliseconds since 1970 (UTC)
 * @param event {@code push} for a client's or back end's message, another name where the logic made
 *     the entry itself
 * @param user id of the user who sent the message; null for the server's own messages
 * @param key that identifies a repeat of the entry's push; null for an ordinary push
 */
public record Entry(long seq, long at, String event, String user, Payload payload, String key) {

  public Entry(long seq, long at, String event, String user, Payload payload) {
    this(seq, at, event, user, payload, null);
  }
}
