package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bench.Scenario;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** {@code mycelium bench} on a real server: each scenario in small. */
class BenchCommandTest {
  private static ServerProcess server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = ServerProcess.start(Map.of("MYCELIUM_JOURNAL_URL", "memory:"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private record Ended(int code, String out, String err) {}

  private static Ended bench(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = command.execute(arguments);
    return new Ended(code, out.toString(), err.toString());
  }

  private static String url() {
    return "http://127.0.0.1:" + server.port();
  }

  static List<String> scenarios() {
    return Scenario.names();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void eachScenarioFindsTheServerSound(String scenario) {
    boolean storm = scenario.equals("join-storm");
    Ended ended =
        storm
            ? bench("bench", scenario, "--url", url(), "--seconds", "1", "--json", "-")
            : bench(
                "bench",
                scenario,
                "--url",
                url(),
                "--seconds",
                "1",
                "--warm-up",
                "0",
                "--json",
                "-",
                "--instances",
                "2",
                "--rooms",
                "2",
                "--sockets",
                "3",
                "--pushers",
                "2",
                "--rate",
                "40",
                "--pid",
                Long.toString(server.pid()));
    assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
    JsonObject found = new JsonObject(ended.out());
    assertThat(found.getString("scenario")).isEqualTo(scenario);
    assertThat(found.getBoolean("sound")).isTrue();
    JsonObject connect = found.getJsonObject("connect");
    assertThat(connect.getJsonObject("join_us").getInteger("count")).isEqualTo(storm ? 1000 : 12);
    JsonObject step = found.getJsonArray("steps").getJsonObject(0);
    if (!storm) {
      assertThat(step.getInteger("sent")).isEqualTo(40);
      assertThat(step.getJsonObject("reply_us").getInteger("count")).isBetween(30, 40);
      assertThat(step.getDouble("server_cpu_us_per_delivery")).isPositive();
      assertThat(step.getDouble("server_rss_mb")).isPositive();
    }
    if (List.of("fanout", "rooms", "small", "steady", "durable").contains(scenario)) {
      assertThat(step.getJsonObject("delivery_us").getInteger("count")).isEqualTo(120);
    }
    assertThat(server.request("GET", "/instances", null)).doesNotContain("bench-");
  }

  @Test
  void aTableAndPicturesAreWritten() throws Exception {
    Ended ended =
        bench(
            "bench",
            "rooms",
            "--url",
            url(),
            "--seconds",
            "1",
            "--warm-up",
            "1",
            "--rooms",
            "2",
            "--sockets",
            "3",
            "--pushers",
            "3",
            "--rate",
            "20,40",
            "--svg",
            folder.toString(),
            "--json",
            folder.resolve("figures.json").toString());
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains(
            "rooms: instances 1, rooms 2, sockets 3",
            "6 sockets joined in",
            "p99 ms",
            "checked: no gap, no double");
    assertThat(ended.err()).contains("warm-up, 1 s", "20 pushes/s, 1 s", "40 pushes/s, 1 s");
    JsonObject found = new JsonObject(Files.readString(folder.resolve("figures.json")));
    assertThat(found.getJsonArray("steps")).hasSize(2);
    for (String picture : List.of("percentiles", "line", "rates")) {
      assertThat(folder.resolve("rooms-" + picture + ".svg"))
          .content()
          .startsWith("<svg ")
          .contains("latency of a delivery, ms")
          .endsWith("</svg>\n");
    }
  }

  @Test
  void wrongWordsAreNamed() {
    Ended ended = bench("bench", "everything");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .contains("SCENARIO is everything, expected one of:", "steady           20 rooms of 50");
    ended = bench("bench", "rooms", "--url", url(), "--pushers", "60");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("pushers is 60, expected 0 to sockets, which is 50");
    ended = bench("bench", "rooms", "--url", url(), "--seconds", "0");
    assertThat(ended.err()).contains("--seconds is 0, expected 1 to 86400");
    ended = bench("bench", "rooms", "--url", url(), "--protocol", "sockjs");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("protocol is sockjs, expected phoenix, relay, socketio,");
    ended = bench("bench", "durable", "--url", url(), "--protocol", "relay");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .contains("durability is sync, expected none: with protocol relay the server only");
  }
}
