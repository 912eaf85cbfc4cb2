package io.mycelium.examples.fourinarow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever clients do, in any order, the state keeps to the rules. */
class GamePropertiesTest {
  private static final GameLogic LOGIC = new GameLogic(new Clock(30_000, 120_000));

  /** Something that happens; {@code number} is a column or seconds. */
  record Step(String what, String user, int number) {}

  @Provide
  Arbitrary<List<Step>> games() {
    Arbitrary<String> what =
        Arbitraries.frequency(
            Tuple.of(20, "move"),
            Tuple.of(4, "sit"),
            Tuple.of(1, "stand"),
            Tuple.of(3, "rematch"),
            Tuple.of(1, "leave"),
            Tuple.of(1, "join"),
            Tuple.of(1, "wait"));
    Arbitrary<Integer> number = Arbitraries.integers().between(-1, 7);
    return Combinators.combine(what, Arbitraries.of("ada", "bob", "eve"), number)
        .as(Step::new)
        .list()
        .ofSize(150);
  }

  @Property(tries = 200)
  void theRulesHold(@ForAll("games") List<Step> steps) {
    Table<Game> table = new Table<>(LOGIC);
    ObjectNode client = (ObjectNode) table.view();
    for (Step step : steps) {
      Game before = table.state();
      int entries = table.entries().size();
      String refused = take(table, step);
      if (refused != null) {
        assertThat(table.state()).isSameAs(before);
      }
      int made = table.entries().size() - entries;
      if (made > 0) {
        client.setAll((ObjectNode) table.delta(made));
      }
      assertThat((JsonNode) client).isEqualTo(table.view());
      check(table.state());
    }
    assertThat(replay(table)).isEqualTo(table.state());
  }

  private static String take(Table<Game> table, Step step) {
    return switch (step.what()) {
      case "move" -> table.move(step.user(), step.number());
      case "leave" -> table.leave(step.user(), true);
      case "join" -> table.join(step.user());
      case "wait" -> table.after((step.number() + 1) * 20_000L) == null ? "" : null;
      default -> table.push(step.user(), step.what(), "{}");
    };
  }

  private static Game replay(Table<Game> table) {
    Game state = LOGIC.init();
    for (var entry : table.entries()) {
      state = LOGIC.apply(state, entry);
    }
    return state;
  }

  private static void check(Game game) {
    String cells = game.board().cells();
    long red = cells.chars().filter(c -> c == 'r').count();
    long yellow = cells.chars().filter(c -> c == 'y').count();
    long ahead = game.first() == Color.YELLOW ? yellow - red : red - yellow;
    assertThat(ahead).as("turns alternate").isBetween(0L, 1L);
    for (int i = Board.COLUMNS; i < cells.length(); i++) {
      assertThat(cells.charAt(i - Board.COLUMNS) == '.' || cells.charAt(i) != '.')
          .as("no disc floats")
          .isTrue();
    }
    boolean four = hasFour(cells, 'r') || hasFour(cells, 'y');
    assertThat(four).isEqualTo(game.status() == Game.Status.WON && !game.forfeit());
    if (four) {
      assertThat(hasFour(cells, game.winner() == Color.RED ? 'r' : 'y')).isTrue();
    }
    assertThat(game.status() == Game.Status.DRAWN)
        .isEqualTo(!four && red + yellow == 42 && !game.forfeit());
    assertThat(game.turn() != null).isEqualTo(game.isPlaying());
    if (game.isPlaying()) {
      assertThat(game.seats().free()).isNull();
      assertThat(game.turn()).isEqualTo(ahead == 0 ? game.first() : game.first().other());
    }
  }

  /** The model: tries every place and direction. */
  private static boolean hasFour(String cells, char disc) {
    for (int row = 0; row < 6; row++) {
      for (int column = 0; column < 7; column++) {
        for (int[] d : new int[][] {{0, 1}, {1, 0}, {1, 1}, {1, -1}}) {
          int found = 0;
          for (int i = 0; i < 4; i++) {
            int r = row + d[0] * i;
            int c = column + d[1] * i;
            found += r < 6 && c >= 0 && c < 7 && cells.charAt(r * 7 + c) == disc ? 1 : 0;
          }
          if (found == 4) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
