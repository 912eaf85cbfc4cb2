package io.mycelium.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.bench.LossyRelay.Wrong;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the bench says of servers that only broadcast, in each of their protocols. */
class ProtocolTest {
  private static Scenario.Changes changes(Integer pushers, Double rate) {
    return new Scenario.Changes(
        null, 2, 4, pushers, rate == null ? null : List.of(rate), 32, null, null, null, null);
  }

  private static JsonObject run(Scenario scenario, Protocol protocol, Wrong wrong) {
    try (LossyRelay server = new LossyRelay(protocol, wrong)) {
      Bench.Options options =
          new Bench.Options(server.url(), null, null, null, 0, 1, 1, 500, protocol);
      Progress progress = new Progress(new PrintWriter(new StringWriter()), false);
      try (Bench bench = new Bench(scenario, options, progress)) {
        return bench.run().json();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PHOENIX")
  void aServerThatBroadcastsAllIsFoundSound(Protocol protocol) {
    Scenario scenario = Scenario.all().get("rooms").with(changes(4, 50.0));
    JsonObject found = run(scenario, protocol, Wrong.NOTHING);
    assertThat(found.getJsonObject("faults")).isEmpty();
    assertThat(found.getBoolean("sound")).isTrue();
    assertThat(found.getString("protocol")).isEqualTo(protocol.word());
    assertThat(found.fieldNames()).doesNotContain("durability", "presence", "type");
    JsonObject step = found.getJsonArray("steps").getJsonObject(0);
    assertThat(step.getInteger("sent")).isEqualTo(50);
    assertThat(step.getJsonObject("delivery_us").getInteger("count")).isEqualTo(200);
    assertThat(step.getJsonObject("reply_us").getInteger("count")).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "DOUBLES, double",
    "LOSES, unfinished",
    "LOSES_ONE, gap",
    "SWAPS, order",
    "CHANGES_A_PAYLOAD, payload",
    "MIXES_ROOMS, stranger",
    "CLOSES, closed"
  })
  void whatARelayDoesWrongIsNamed(Wrong wrong, String fault) {
    // One sender in each room, so that what it has sent before and after is lost or changes places.
    Scenario scenario = Scenario.all().get("rooms").with(changes(1, 50.0));
    JsonObject found = run(scenario, Protocol.RELAY, wrong);
    assertThat(found.getBoolean("sound")).isFalse();
    assertThat(found.getJsonObject("faults").fieldNames()).contains(fault);
  }

  @ParameterizedTest
  @EnumSource(names = {"SOCKETIO", "CENTRIFUGE", "COLYSEUS"})
  void whatAServerRefusesIsNamed(Protocol protocol) {
    Scenario scenario = Scenario.all().get("rooms").with(changes(1, 50.0));
    JsonObject found = run(scenario, protocol, Wrong.REFUSES);
    assertThat(found.getJsonObject("faults").fieldNames()).contains("refused");
  }

  @Test
  void aServerOfAnotherProtocolIsNoneToMeasure() {
    Scenario scenario = Scenario.all().get("rooms").with(changes(4, 50.0));
    try (LossyRelay server = new LossyRelay(Protocol.SOCKETIO, Wrong.NOTHING)) {
      Bench.Options options =
          new Bench.Options(server.url(), null, null, null, 0, 1, 1, 500, Protocol.CENTRIFUGE);
      Progress progress = new Progress(new PrintWriter(new StringWriter()), false);
      try (Bench bench = new Bench(scenario, options, progress)) {
        assertThatThrownBy(bench::run)
            .isInstanceOf(Refusal.class)
            .hasMessageStartingWith(server.url() + ": 0{\"sid\"");
      }
    }
  }

  @Test
  void whatNeedsMoreThanABroadcastIsRefusedInWords() {
    assertRefused("reconnect-storm", "scenario is reconnect-storm, expected one without resume");
    assertRefused("mixed", "scenario is mixed, expected one without presence and history");
    assertRefused("durable", "durability is sync, expected none");
    assertRefused("many-instances", "instances is 10000, expected 1");
    assertThatThrownBy(
            () ->
                Protocol.RELAY.check(
                    Scenario.all()
                        .get("movement")
                        .with(
                            new Scenario.Changes(
                                null, null, null, null, null, null, null, null, 50, null))))
        .hasMessage(
            "patch-interval is 50, expected 0: with protocol relay the server only broadcasts");
    assertThatThrownBy(() -> Protocol.of("sockjs"))
        .hasMessage("protocol is sockjs, expected phoenix, relay, socketio, centrifuge, colyseus");
  }

  private static void assertRefused(String scenario, String words) {
    assertThatThrownBy(() -> Protocol.SOCKETIO.check(Scenario.all().get(scenario)))
        .isInstanceOf(Refusal.class)
        .hasMessage(words + ": with protocol socketio the server only broadcasts");
    Protocol.PHOENIX.check(Scenario.all().get(scenario));
  }
}
