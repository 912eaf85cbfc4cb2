package io.mycelium.examples.fourinarow;

import java.util.ArrayList;
import java.util.List;

/**
 * Six rows of seven cells, a value. Row 0 is the top one.
 *
 * @param cells row after row: {@code r}, {@code y}, or {@code .} where no disc is
 */
record Board(String cells) {
  static final int COLUMNS = 7;
  static final int ROWS = 6;
  static final Board EMPTY = new Board(".".repeat(ROWS * COLUMNS));

  private static final char NO_DISC = '.';
  private static final int[][] DIRECTIONS = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
  private static final int FOUR = 4;

  /** A place on the board. */
  record Cell(int row, int column) {}

  /** Where a disc comes to lie; null if the column is full. */
  Cell landing(int column) {
    for (int row = ROWS - 1; row >= 0; row--) {
      if (at(row, column) == NO_DISC) {
        return new Cell(row, column);
      }
    }
    return null;
  }

  Board put(Cell cell, Color color) {
    StringBuilder next = new StringBuilder(cells);
    next.setCharAt(cell.row() * COLUMNS + cell.column(), color == Color.RED ? 'r' : 'y');
    return new Board(next.toString());
  }

  boolean isFull() {
    return cells.indexOf(NO_DISC) < 0;
  }

  /**
   * The row of four or more discs of one color that goes through a disc; empty if there is none.
   */
  List<Cell> lineThrough(Cell disc) {
    for (int[] direction : DIRECTIONS) {
      List<Cell> line = new ArrayList<>();
      Cell start = disc;
      for (Cell c = disc;
          same(c, disc);
          c = new Cell(c.row() - direction[0], c.column() - direction[1])) {
        start = c;
      }
      for (Cell c = start;
          same(c, disc);
          c = new Cell(c.row() + direction[0], c.column() + direction[1])) {
        line.add(c);
      }
      if (line.size() >= FOUR) {
        return List.copyOf(line);
      }
    }
    return List.of();
  }

  private boolean same(Cell cell, Cell as) {
    boolean onBoard =
        cell.row() >= 0 && cell.row() < ROWS && cell.column() >= 0 && cell.column() < COLUMNS;
    return onBoard && at(cell.row(), cell.column()) == at(as.row(), as.column());
  }

  private char at(int row, int column) {
    return cells.charAt(row * COLUMNS + column);
  }

  /** Top row first. */
  List<String> rows() {
    List<String> rows = new ArrayList<>(ROWS);
    for (int row = 0; row < ROWS; row++) {
      rows.add(cells.substring(row * COLUMNS, (row + 1) * COLUMNS));
    }
    return rows;
  }
}
