package io.mycelium.room.spi;

/**
 * Limits for the parts of a room that its clients can make grow.
 *
 * @param maxMetaBytes largest presence meta of a join, as compact JSON in UTF-8
 * @param maxPresenceBytes above which a {@code presence_state} shows metas without the fields of
 *     their joins
 * @param maxStateBytes of the room's state, as {@link RoomLogic#size} counts them
 */
public record RoomLimits(int maxMetaBytes, int maxPresenceBytes, int maxStateBytes) {
  public static final RoomLimits DEFAULT = new RoomLimits(4 << 10, 1 << 20, 16 << 20);
}
