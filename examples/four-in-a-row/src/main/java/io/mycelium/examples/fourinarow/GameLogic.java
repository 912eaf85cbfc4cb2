package io.mycelium.examples.fourinarow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The events {@code sit}, {@code move}, {@code rematch} and {@code stand} become entries of those
 * names where the rules allow them; {@code away} and {@code back} are entries of our own when the
 * user of a seat leaves and comes back.
 *
 * <p>The only hook that looks at the clock is {@link #onTick}. The others ask for one at once when
 * they change who may lose a seat, and it finds out when the next is needed: so no deadline is
 * lost, not even one of a replayed state.
 */
record GameLogic(Clock clock) implements RoomLogic<Game> {
  static final String SIT = "sit";
  static final String MOVE = "move";
  static final String REMATCH = "rematch";
  static final String STAND = "stand";
  static final String AWAY = "away";
  static final String BACK = "back";

  @Override
  public Game init() {
    return Game.NEW;
  }

  @Override
  public Effects onPush(Game game, Push push) {
    if (push.user() == null) {
      return Effects.reject("no_user", "user is null, expected the id of a user");
    }
    Color color = game.seats().colorOf(push.user());
    return switch (push.event()) {
      case SIT -> sit(game, push, color);
      case MOVE -> move(game, push, color);
      case REMATCH -> rematch(game, push, color);
      case STAND -> color == null ? notSeated() : change(STAND, push.user(), Payload.EMPTY);
      default ->
          Effects.reject(
              "unknown_event",
              "event is " + push.event() + ", expected sit, move, rematch or stand");
    };
  }

  private static Effects sit(Game game, Push push, Color seated) {
    if (seated != null) {
      return Effects.reject("already_seated", "you play " + seated.json() + " already");
    }
    JsonNode wish = field(push, "color");
    Color color = wish.isMissingNode() ? game.seats().free() : Color.of(wish.textValue());
    if (color == null && wish.isMissingNode()) {
      return Effects.reject("seat_taken", "both seats are taken");
    }
    if (color == null) {
      return Effects.reject(
          "invalid_payload", "color is " + wish + ", expected red, yellow or no such key");
    }
    if (game.seats().of(color) != null) {
      return Effects.reject(
          "seat_taken", color.json() + " is taken by " + game.seats().of(color).user());
    }
    return change(SIT, push.user(), Payload.of(Map.of("color", color.json())));
  }

  private static Effects move(Game game, Push push, Color color) {
    if (color == null) {
      return notSeated();
    }
    if (!game.isPlaying()) {
      return Effects.reject("not_playing", "no game is played: status is " + game.status().json());
    }
    if (game.turn() != color) {
      return Effects.reject(
          "not_your_turn",
          "it is the turn of " + game.turn().json() + ", you play " + color.json());
    }
    JsonNode column = field(push, "column");
    if (!column.canConvertToInt()
        || !column.isIntegralNumber()
        || column.intValue() < 0
        || column.intValue() >= Board.COLUMNS) {
      String found = column.isMissingNode() ? "missing" : column.toString();
      return Effects.reject(
          "invalid_payload", "column is " + found + ", expected a whole number from 0 to 6");
    }
    if (game.board().landing(column.intValue()) == null) {
      return Effects.reject("column_full", "column " + column + " is full");
    }
    return change(MOVE, push.user(), Payload.of(Map.of("column", column.intValue())));
  }

  private static Effects rematch(Game game, Push push, Color color) {
    if (color == null) {
      return notSeated();
    }
    if (game.isPlaying()) {
      return Effects.reject("still_playing", "the game is not over");
    }
    if (game.status() == Game.Status.WAITING) {
      return Effects.reject(
          "not_playing", "there was no game yet: it starts when both seats are taken");
    }
    return change(REMATCH, push.user(), Payload.EMPTY);
  }

  private static Effects notSeated() {
    return Effects.reject("not_seated", "you have no seat; sit down first");
  }

  /** A missing node unless the payload is an object with that key. */
  private static JsonNode field(Push push, String name) {
    JsonNode none = MissingNode.getInstance();
    return push.payload().isObject() ? push.payload().tree().path(name) : none;
  }

  private static Effects change(String event, String user, Payload payload) {
    return Effects.append(event, user, payload).tickIn(Duration.ZERO);
  }

  @Override
  public Effects onJoin(Game game, Member member) {
    Color color = game.seats().colorOf(member.user());
    if (color != null && game.seats().of(color).isAway()) {
      return change(BACK, member.user(), Payload.EMPTY);
    }
    return clock.deadline(game) == Clock.NEVER
        ? Effects.none()
        : Effects.none().tickIn(Duration.ZERO);
  }

  @Override
  public Effects onLeave(Game game, Member member, boolean lastOfUser) {
    boolean seated = game.seats().colorOf(member.user()) != null;
    return lastOfUser && seated ? change(AWAY, member.user(), Payload.EMPTY) : Effects.none();
  }

  @Override
  public Effects onTick(Game game, long now) {
    for (Color color : Color.values()) {
      if (clock.deadline(game, color) <= now) {
        return change(STAND, game.seats().of(color).user(), Payload.EMPTY);
      }
    }
    long next = clock.deadline(game);
    return next == Clock.NEVER
        ? Effects.none()
        : Effects.none().tickIn(Duration.ofMillis(next - now));
  }

  @Override
  public Game apply(Game game, Entry entry) {
    if (entry.event().equals(SIT)) {
      return game.sit(
          Color.of(entry.payload().tree().get("color").textValue()), entry.user(), entry.at());
    }
    Color color = game.seats().colorOf(entry.user());
    return switch (entry.event()) {
      case MOVE -> game.move(color, entry.payload().tree().get("column").intValue(), entry.at());
      case REMATCH -> game.rematch(color, entry.at());
      case STAND -> game.stand(color);
      case AWAY -> game.away(color, entry.at());
      case BACK -> game.back(color);
      default -> throw new IllegalStateException("event of the entry is " + entry.event());
    };
  }

  @Override
  public Payload view(Game game) {
    return GameView.all(game);
  }

  @Override
  public Payload delta(Game game, List<Entry> entries) {
    if (entries.stream().allMatch(entry -> entry.event().equals(MOVE))) {
      return GameView.move(game);
    }
    boolean seatsOnly =
        entries.stream()
            .allMatch(entry -> entry.event().equals(AWAY) || entry.event().equals(BACK));
    return seatsOnly ? GameView.seats(game) : GameView.all(game);
  }
}
