package io.mycelium.examples.fourinarow;

import io.mycelium.examples.fourinarow.Seats.Seat;

/**
 * When a seat is lost.
 *
 * @param holdMillis how long a seat is kept for a user who is away
 * @param turnMillis how long a turn may take; 0 means for ever
 */
record Clock(long holdMillis, long turnMillis) {
  static final long NEVER = Long.MAX_VALUE;

  /** When, in milliseconds since 1970, that seat is lost as things stand; or {@link #NEVER}. */
  long deadline(Game game, Color color) {
    Seat seat = game.seats().of(color);
    if (seat == null) {
      return NEVER;
    }
    long gone = seat.isAway() ? seat.awaySince() + holdMillis : NEVER;
    boolean counts = game.turn() == color && turnMillis > 0;
    return counts ? Math.min(gone, game.turnSince() + turnMillis) : gone;
  }

  /** The sooner of the two deadlines. */
  long deadline(Game game) {
    return Math.min(deadline(game, Color.RED), deadline(game, Color.YELLOW));
  }
}
