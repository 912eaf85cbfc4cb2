package io.mycelium.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.bench.Deceiver.Wrong;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.FreePorts;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the bench says of a server that does something wrong. */
class BenchTest {
  private static Scenario scenario(String name, Integer pushers, double rate) {
    return Scenario.all()
        .get(name)
        .with(new Scenario.Changes(1, 1, 4, pushers, List.of(rate), 32, null, null, null, null));
  }

  private static JsonObject run(Scenario scenario, Wrong wrong) {
    try (Deceiver server = new Deceiver(wrong)) {
      Bench.Options options =
          new Bench.Options(server.url(), null, null, null, 0, 1, 1, 500, Protocol.PHOENIX);
      Progress progress = new Progress(new PrintWriter(new StringWriter()), false);
      try (Bench bench = new Bench(scenario, options, progress)) {
        return bench.run().json();
      }
    }
  }

  @Test
  void aServerThatDoesAllRightIsFoundSound() {
    JsonObject found = run(scenario("rooms", 4, 50), Wrong.NOTHING);
    assertThat(found.getJsonObject("faults")).isEmpty();
    assertThat(found.getBoolean("sound")).isTrue();
    JsonObject step = found.getJsonArray("steps").getJsonObject(0);
    assertThat(step.getInteger("sent")).isEqualTo(50);
    assertThat(step.getJsonObject("delivery_us").getInteger("count")).isEqualTo(200);
    assertThat(step.getJsonObject("reply_us").getInteger("count")).isEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource({
    "DOUBLES, gap",
    "LOSES, unfinished",
    "LOSES_FOR_ONE, order",
    "SWAPS_FOR_ONE, order",
    "CHANGES_A_PAYLOAD, payload",
    "REFUSES, refused",
    "NEVER_ANSWERS, unfinished",
    "CLOSES, closed"
  })
  void whatItDoesWrongIsNamed(Wrong wrong, String fault) {
    JsonObject found = run(scenario("rooms", 4, 50), wrong);
    assertThat(found.getBoolean("sound")).isFalse();
    assertThat(found.getJsonObject("faults").fieldNames()).contains(fault);
  }

  @Test
  void socketsThatComeBackHaveAllThatWasSaidMeanwhile() {
    JsonObject found = run(scenario("reconnect-storm", 1, 50), Wrong.NOTHING);
    assertThat(found.getJsonObject("faults")).isEmpty();
    assertThat(found.getJsonObject("reconnect_us").getInteger("count")).isEqualTo(4);
    found = run(scenario("reconnect-storm", 1, 50), Wrong.FORGETS_POSITIONS);
    assertThat(found.getJsonObject("faults").fieldNames()).contains("not recovered");
  }

  /** A late push counts from the time at which it was due: no coordinated omission. */
  @Test
  void latencyCountsFromTheTimeThatASchedulePuts() {
    Step step = new Step(10, 0, 1);
    step.pushed(100_000_000, 400_000_000);
    step.delivered(100_000_000, 500_000_000);
    assertThat(step.late).isEqualTo(1);
    assertThat(step.deliveries.getMaxValue()).isBetween(400_000L, 401_000L);
    Schedule schedule = new Schedule(10, 0, 1);
    assertThat(schedule.isDue(350_000_000)).isTrue();
    assertThat(List.of(schedule.take(), schedule.take(), schedule.take(), schedule.take()))
        .containsExactly(0L, 100_000_000L, 200_000_000L, 300_000_000L);
    assertThat(schedule.isDue(350_000_000)).isFalse();
  }

  @Test
  void whatCannotBeRunIsRefusedInWords() {
    Scenario scenario = scenario("rooms", 4, 50);
    Progress progress = new Progress(new PrintWriter(new StringWriter()), false);
    assertThatThrownBy(
            () ->
                new Bench(
                    scenario, new Bench.Options("nowhere", null, null, null, 0, 1, 1), progress))
        .isInstanceOf(Refusal.class)
        .hasMessage("url is nowhere, expected http://HOST:PORT or https://HOST:PORT");
    assertThatThrownBy(() -> scenario("rooms", 5, 50))
        .hasMessage("pushers is 5, expected 0 to sockets, which is 4");
    String closed = "http://127.0.0.1:" + FreePorts.one();
    try (Bench bench =
        new Bench(scenario, new Bench.Options(closed, null, null, null, 0, 1, 1), progress)) {
      assertThatThrownBy(bench::run)
          .hasMessageStartingWith(closed + ": ")
          .hasMessageContaining("expected a server that is ready there");
    }
  }
}
