package io.mycelium.examples.fourinarow;

/**
 * Who plays which color, a value.
 *
 * @param red null if nobody does
 * @param yellow likewise
 */
record Seats(Seat red, Seat yellow) {
  static final Seats FREE = new Seats(null, null);

  /**
   * A seat that is taken.
   *
   * @param awaySince when its user left the room, in milliseconds since 1970; 0 while they are
   *     there
   * @param wantsRematch whether they asked for another game
   */
  record Seat(String user, long awaySince, boolean wantsRematch) {
    boolean isAway() {
      return awaySince > 0;
    }
  }

  Seat of(Color color) {
    return color == Color.RED ? red : yellow;
  }

  /** Null frees the seat. */
  Seats with(Color color, Seat seat) {
    return color == Color.RED ? new Seats(seat, yellow) : new Seats(red, seat);
  }

  /** The color that a user plays; null if none. */
  Color colorOf(String user) {
    if (red != null && red.user().equals(user)) {
      return Color.RED;
    }
    return yellow != null && yellow.user().equals(user) ? Color.YELLOW : null;
  }

  /** Null if both are taken. */
  Color free() {
    return red == null ? Color.RED : yellow == null ? Color.YELLOW : null;
  }

  Seats withoutWishes() {
    return new Seats(withoutWish(red), withoutWish(yellow));
  }

  private static Seat withoutWish(Seat seat) {
    return seat == null ? null : new Seat(seat.user(), seat.awaySince(), false);
  }
}
