package io.mycelium.examples.fourinarow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GameLogicTest {
  private static final GameLogic LOGIC = new GameLogic(new Clock(30_000, 120_000));

  private final Table<Game> table = new Table<>(LOGIC);

  private void seated() {
    assertThat(table.push("ada", "sit", "{}")).isNull();
    assertThat(table.push("bob", "sit", "{}")).isNull();
  }

  /** Red stacks column 0, yellow column 1, until red has four. */
  private void redWins() {
    for (int i = 0; i < 3; i++) {
      assertThat(table.move("ada", 0)).isNull();
      assertThat(table.move("bob", 1)).isNull();
    }
    assertThat(table.move("ada", 0)).isNull();
  }

  @Test
  void theSecondToSitStartsTheGame() {
    table.push("ada", "sit", "{'color':'yellow'}");
    assertThat(table.state().status()).isEqualTo(Game.Status.WAITING);
    table.push("bob", "sit", "{}");
    assertThat(table.state().seats().red().user()).isEqualTo("bob");
    assertThat(table.state().isPlaying()).isTrue();
    assertThat(table.state().turn()).isEqualTo(Color.RED);
  }

  @Test
  void anEffectIsAValueThatATestCompares() {
    Push sit = new Push("sit", "ada", Payload.EMPTY, 0);
    assertThat(LOGIC.onPush(Game.NEW, sit))
        .isEqualTo(
            Effects.append("sit", "ada", Payload.json("{\"color\":\"red\"}"))
                .tickIn(Duration.ZERO));
  }

  @Test
  void aSeatIsForOneUserAndAUserForOneSeat() {
    table.push("ada", "sit", "{'color':'red'}");
    assertThat(table.push("ada", "sit", "{}")).isEqualTo("already_seated");
    assertThat(table.push("bob", "sit", "{'color':'red'}")).isEqualTo("seat_taken");
    table.push("bob", "sit", "{}");
    assertThat(table.push("eve", "sit", "{}")).isEqualTo("seat_taken");
  }

  @Test
  void whatTheRulesForbidIsRefusedByReason() {
    assertThat(table.move("ada", 0)).isEqualTo("not_seated");
    table.push("ada", "sit", "{}");
    assertThat(table.move("ada", 0)).isEqualTo("not_playing");
    assertThat(table.push("ada", "rematch", "{}")).isEqualTo("not_playing");
    table.push("bob", "sit", "{}");
    assertThat(table.push("ada", "rematch", "{}")).isEqualTo("still_playing");
    assertThat(table.move("bob", 0)).isEqualTo("not_your_turn");
    assertThat(table.move("eve", 0)).isEqualTo("not_seated");
    assertThat(table.push("eve", "stand", "{}")).isEqualTo("not_seated");
    assertThat(table.push("eve", "rematch", "{}")).isEqualTo("not_seated");
    assertThat(table.push("eve", "cheat", "{}")).isEqualTo("unknown_event");
    assertThat(table.push(null, "sit", "{}")).isEqualTo("no_user");
    for (int i = 0; i < Board.ROWS; i++) {
      assertThat(table.move(i % 2 == 0 ? "ada" : "bob", 3)).isNull();
    }
    assertThat(table.move("ada", 3)).isEqualTo("column_full");
  }

  @Test
  void aPayloadThatIsNoMoveIsRefused() {
    seated();
    for (String payload :
        new String[] {
          "{}",
          "[]",
          "7",
          "{'column':7}",
          "{'column':-1}",
          "{'column':1.0}",
          "{'column':'1'}",
          "{'column':null}",
          "{'column':99999999999999999999}"
        }) {
      assertThat(table.push("ada", "move", payload)).as(payload).isEqualTo("invalid_payload");
    }
    assertThat(
            LOGIC
                .onPush(table.state(), new Push("move", "ada", Payload.binary(new byte[1]), 0))
                .toString())
        .contains("invalid_payload");
    assertThat(new Table<>(LOGIC).push("ada", "sit", "{'color':'blue'}"))
        .isEqualTo("invalid_payload");
  }

  @Test
  void fourInAnyDirectionWin() {
    assertThat(winner("0 6 1 6 2 6 3")).isEqualTo("[[5,0],[5,1],[5,2],[5,3]]");
    assertThat(winner("3 4 3 4 3 4 3")).isEqualTo("[[2,3],[3,3],[4,3],[5,3]]");
    assertThat(winner("0 1 1 2 2 3 2 3 3 6 3")).isEqualTo("[[2,3],[3,2],[4,1],[5,0]]");
    assertThat(winner("3 2 2 1 1 0 1 0 0 6 0")).isEqualTo("[[2,0],[3,1],[4,2],[5,3]]");
  }

  private static String winner(String columns) {
    Table<Game> table = new Table<>(LOGIC);
    table.push("ada", "sit", "{}");
    table.push("bob", "sit", "{}");
    String user = "ada";
    for (String column : columns.split(" ")) {
      assertThat(table.state().isPlaying()).isTrue();
      assertThat(table.move(user, Integer.parseInt(column))).isNull();
      user = user.equals("ada") ? "bob" : "ada";
    }
    assertThat(table.view().get("winner").textValue()).isEqualTo("red");
    return table.view().get("line").toString();
  }

  @Test
  void aFullBoardIsDrawn() {
    seated();
    int[] order = {
      0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 2, 3, 2, 3, 3, 2, 3, 2, 2, 3, 2, 3, 4, 5, 4, 5, 5, 4, 5,
      4, 4, 5, 4, 5, 6, 6, 6, 6, 6, 6
    };
    for (int i = 0; i < order.length; i++) {
      assertThat(table.move(i % 2 == 0 ? "ada" : "bob", order[i])).as("move " + i).isNull();
    }
    assertThat(table.state().status()).isEqualTo(Game.Status.DRAWN);
    assertThat(table.move("ada", 0)).isEqualTo("not_playing");
  }

  @Test
  void aRematchNeedsBothAndTheOtherBegins() {
    seated();
    redWins();
    assertThat(table.state().winner()).isEqualTo(Color.RED);
    table.push("ada", "rematch", "{}");
    assertThat(table.state().status()).isEqualTo(Game.Status.WON);
    table.push("bob", "rematch", "{}");
    assertThat(table.state().isPlaying()).isTrue();
    assertThat(table.state().number()).isEqualTo(2);
    assertThat(table.state().turn()).isEqualTo(Color.YELLOW);
    assertThat(table.state().board()).isEqualTo(Board.EMPTY);
  }

  @Test
  void whoStandsUpLosesAndTheNextToSitPlays() {
    seated();
    table.push("ada", "stand", "{}");
    assertThat(table.state().winner()).isEqualTo(Color.YELLOW);
    assertThat(table.state().forfeit()).isTrue();
    table.push("eve", "sit", "{}");
    assertThat(table.state().seats().red().user()).isEqualTo("eve");
    assertThat(table.state().isPlaying()).isTrue();
  }

  @Test
  void aSeatIsHeldForAUserWhoComesBack() {
    seated();
    assertThat(LOGIC.onLeave(table.state(), member("ada"), false)).isEqualTo(Effects.none());
    table.leave("ada", true);
    assertThat(table.view().at("/seats/red/away").booleanValue()).isTrue();
    table.after(29_999);
    table.join("ada");
    assertThat(table.view().at("/seats/red/away").booleanValue()).isFalse();
    table.after(30_000);
    assertThat(table.state().isPlaying()).isTrue();
  }

  private static Member member(String user) {
    return new Member(user, "g", 1, 1, Payload.EMPTY);
  }

  @Test
  void aSeatIsLostByWhoStaysAway() {
    seated();
    table.leave("ada", true);
    table.after(30_000);
    assertThat(table.state().seats().red()).isNull();
    assertThat(table.state().winner()).isEqualTo(Color.YELLOW);
  }

  @Test
  void aSeatIsLostByWhoDoesNotMove() {
    seated();
    table.move("ada", 0);
    table.after(120_000);
    assertThat(table.state().seats().yellow()).isNull();
    assertThat(table.state().winner()).isEqualTo(Color.RED);
  }

  @Test
  void theNextTickIsWhenTheNextSeatMayBeLost() {
    seated();
    assertThat(LOGIC.onTick(table.state(), table.now()))
        .isEqualTo(Effects.none().tickIn(Duration.ofSeconds(120)));
    table.leave("bob", true);
    assertThat(LOGIC.onTick(table.state(), table.now() + 10_000))
        .isEqualTo(Effects.none().tickIn(Duration.ofSeconds(20)));
    assertThat(LOGIC.onTick(Game.NEW, 0)).isEqualTo(Effects.none());
  }

  @Test
  void settingsAreRefusedByName() {
    assertThatThrownBy(() -> open("{\"seat_hold\":-1}"))
        .hasMessageStartingWith("settings.seat_hold is -1, expected");
    assertThatThrownBy(() -> open("{\"hold\":1}"))
        .hasMessageStartingWith("settings.hold is 1, expected no such key");
    assertThat(open("{\"turn_time\":0}")).isEqualTo(new GameLogic(new Clock(30_000, 0)));
  }

  private static Object open(String settings) {
    return new FourInARow()
        .open(
            new RoomSettings(
                "four-in-a-row",
                null,
                100,
                true,
                false,
                Duration.ZERO,
                Payload.json(settings).tree()));
  }
}
