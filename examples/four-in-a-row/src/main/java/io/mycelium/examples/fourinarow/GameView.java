package io.mycelium.examples.fourinarow;

import io.mycelium.examples.fourinarow.Seats.Seat;
import io.mycelium.protocol.Payload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The game as JSON, one object: <code>
 * {"seats": {"red": {"user": "ada", "away": false, "rematch": false}, "yellow":
 * null}, "status": "waiting|playing|won|drawn", "game": 1, "board": [6 strings of 7: "." "r" "y", the top row first],
 * "turn": "red", "turnSince": ms since 1970, "winner": null, "forfeit": false, "line": [[row, column], ...], "last": [row,
 * column]}</code>. A delta has those of its keys that changed, each with its whole new value.
 */
final class GameView {
  /** Keys that a move leaves alone. */
  private static final Set<String> NOT_BY_MOVE = Set.of("seats", "game", "forfeit");

  private GameView() {}

  static Payload all(Game game) {
    return Payload.of(fields(game));
  }

  static Payload seats(Game game) {
    return Payload.of(Map.of("seats", seatsJson(game)));
  }

  static Payload move(Game game) {
    Map<String, Object> fields = fields(game);
    fields.keySet().removeAll(NOT_BY_MOVE);
    return Payload.of(fields);
  }

  private static Map<String, Object> fields(Game game) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seats", seatsJson(game));
    json.put("status", game.status().json());
    json.put("game", game.number());
    json.put("board", game.board().rows());
    json.put("turn", json(game.turn()));
    json.put("turnSince", game.turnSince());
    json.put("winner", json(game.winner()));
    json.put("forfeit", game.forfeit());
    json.put("line", game.line().stream().map(GameView::json).toList());
    json.put("last", game.last() == null ? null : json(game.last()));
    return json;
  }

  private static Map<String, Object> seatsJson(Game game) {
    Map<String, Object> json = new LinkedHashMap<>();
    for (Color color : Color.values()) {
      json.put(color.json(), json(game.seats().of(color)));
    }
    return json;
  }

  private static Object json(Seat seat) {
    return seat == null
        ? null
        : Map.of("user", seat.user(), "away", seat.isAway(), "rematch", seat.wantsRematch());
  }

  private static String json(Color color) {
    return color == null ? null : color.json();
  }

  private static List<Integer> json(Board.Cell cell) {
    return List.of(cell.row(), cell.column());
  }
}
