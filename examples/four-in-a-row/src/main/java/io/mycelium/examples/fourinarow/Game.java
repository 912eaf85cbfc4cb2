package io.mycelium.examples.fourinarow;

import io.mycelium.examples.fourinarow.Board.Cell;
import io.mycelium.examples.fourinarow.Seats.Seat;
import java.util.List;
import java.util.Locale;

/**
 * The state of a room: seats, and the game that is played or was played last. A value; each method
 * returns the next one and expects that {@link GameLogic} has checked that the rules allow it.
 *
 * @param number of the game, from 1; 0 before the first
 * @param first who began it
 * @param turn whose turn it is; null unless it is played
 * @param turnSince since when, in milliseconds since 1970
 * @param winner null unless it is won
 * @param forfeit whether it was won because the other gave up their seat
 * @param line the winning discs, or none
 * @param last where the last disc lies; null before the first
 */
record Game(
    Seats seats,
    Status status,
    int number,
    Board board,
    Color first,
    Color turn,
    long turnSince,
    Color winner,
    boolean forfeit,
    List<Cell> line,
    Cell last) {

  static final Game NEW =
      new Game(
          Seats.FREE, Status.WAITING, 0, Board.EMPTY, null, null, 0, null, false, List.of(), null);

  /** Where a game is. */
  enum Status {
    /** For two players. */
    WAITING,
    PLAYING,
    WON,
    DRAWN;

    String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean isPlaying() {
    return status == Status.PLAYING;
  }

  /** The second to sit down starts a game. */
  Game sit(Color color, String user, long at) {
    Game seated = with(seats.with(color, new Seat(user, 0, false)));
    return seated.seats.free() == null && !isPlaying() ? seated.start(at) : seated;
  }

  /** The second to ask for a rematch starts it. */
  Game rematch(Color color, long at) {
    Game asked =
        with(
            seats.with(color, new Seat(seats.of(color).user(), seats.of(color).awaySince(), true)));
    Seat other = seats.of(color.other());
    return other != null && other.wantsRematch() ? asked.start(at) : asked;
  }

  /** Who did not begin the last game begins this one. */
  private Game start(long at) {
    Color begins = first == null ? Color.RED : first.other();
    return new Game(
        seats.withoutWishes(),
        Status.PLAYING,
        number + 1,
        Board.EMPTY,
        begins,
        begins,
        at,
        null,
        false,
        List.of(),
        null);
  }

  Game move(Color color, int column, long at) {
    Cell cell = board.landing(column);
    Board after = board.put(cell, color);
    List<Cell> row = after.lineThrough(cell);
    if (!row.isEmpty()) {
      return new Game(seats, Status.WON, number, after, first, null, 0, color, false, row, cell);
    }
    boolean full = after.isFull();
    Status next = full ? Status.DRAWN : Status.PLAYING;
    return new Game(
        seats,
        next,
        number,
        after,
        first,
        full ? null : color.other(),
        full ? 0 : at,
        null,
        false,
        List.of(),
        cell);
  }

  /** Whoever gives up a seat in a game that is played has lost it. */
  Game stand(Color color) {
    Seats left = seats.with(color, null).withoutWishes();
    if (!isPlaying()) {
      return with(left);
    }
    return new Game(
        left, Status.WON, number, board, first, null, 0, color.other(), true, List.of(), last);
  }

  /** A user left the room; the seat stays theirs for a while. */
  Game away(Color color, long at) {
    return with(
        seats.with(color, new Seat(seats.of(color).user(), at, seats.of(color).wantsRematch())));
  }

  Game back(Color color) {
    return away(color, 0);
  }

  private Game with(Seats changed) {
    return new Game(
        changed, status, number, board, first, turn, turnSince, winner, forfeit, line, last);
  }
}
