package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose clients would fill its heap: it is theirs alone what they fill. */
class HeavyStateTest {
  private static final int ROOMS = 8;
  private static final int BOARDS = 3;
  private static final int PUSHES = 150;
  private static final int FEWER = 20;
  private static final int PUSH_BYTES = 1_000_000;
  private static final long ROOM_MAX = 16 << 20;
  private static final long MAX_P99_MS = 1000;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private int management;

  @BeforeEach
  void takePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      management = free.getLocalPort();
    }
  }

  private ServerProcess start() {
    Map<String, String> environment =
        Map.of(
            "MYCELIUM_JOURNAL_URL",
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "MYCELIUM_OPS_MANAGEMENT_PORT",
            String.valueOf(management));
    return ServerProcess.withJvmFlags(environment, "-Xmx256m", "-XX:+ExitOnOutOfMemoryError");
  }

  private HttpResponse<String> request(String method, int port, String path, String body)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(
        HttpRequest.newBuilder(uri)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .build(),
        BodyHandlers.ofString());
  }

  private void create(ServerProcess server, JsonObject spec) throws Exception {
    assertThat(request("POST", server.port(), "/api/v1/instances", spec.encode()).statusCode())
        .isEqualTo(201);
  }

  private long meter(String name) throws Exception {
    String metrics = request("GET", management, "/metrics", null).body();
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  /** An instance may take half of the node's budget, so the rooms are those of three. */
  private static String board(int room) {
    return "board" + room % BOARDS;
  }

  /** Pushes of 1 MB, each under a key of its own; how often each answer came. */
  private static Map<String, Integer> fill(ServerProcess server, int room, int pushes) {
    Map<String, Integer> answers = new HashMap<>();
    String megabyte = "x".repeat(PUSH_BYTES);
    try (PhoenixSocket mallory =
        PhoenixSocket.connect(
            server.port(), "/socket/" + board(room) + "?vsn=2.0.0&userId=mallory")) {
      mallory.join("r" + room);
      for (int i = 2; i < 2 + pushes; i++) {
        mallory.send("['1','" + i + "','r" + room + "','push',{'k" + i + "':'" + megabyte + "'}]");
        JsonObject answer = mallory.awaitReply(String.valueOf(i)).getJsonObject(4);
        JsonObject response = answer.getJsonObject("response");
        answers.merge(response.getString("reason", "ok"), 1, Integer::sum);
      }
    }
    return answers;
  }

  /** Talks until it is told to end; times from a push to its message at somebody else. */
  private static List<Long> chat(ServerProcess server, AtomicBoolean ended) {
    List<Long> nanos = new ArrayList<>();
    try (PhoenixSocket ada = PhoenixSocket.connect(server.port(), "/socket/chat?vsn=2.0.0");
        PhoenixSocket bob = PhoenixSocket.connect(server.port(), "/socket/chat?vsn=2.0.0")) {
      ada.join("lobby");
      bob.join("lobby");
      long first = 0;
      while (!ended.get()) {
        int n = nanos.size() + 2;
        long began = System.nanoTime();
        ada.send("['1','" + n + "','lobby','push',{'n':" + n + "}]");
        JsonArray heard = bob.awaitEvent("msg");
        nanos.add(System.nanoTime() - began);
        assertThat(ada.awaitReply(String.valueOf(n)).getJsonObject(4).getString("status"))
            .isEqualTo("ok");
        long seq = heard.getJsonObject(4).getLong("seq");
        first = first == 0 ? seq : first;
        assertThat(seq).as("no message is missing").isEqualTo(first + nanos.size() - 1);
        ada.rest().clear();
      }
    }
    return nanos;
  }

  private static long p99(List<Long> nanos) {
    return nanos.stream().sorted().skip(nanos.size() * 99L / 100).findFirst().orElseThrow()
        / 1_000_000;
  }

  @Test
  void roomsThatAreFilledCostOnlyThemselves() throws Exception {
    try (ServerProcess server = start()) {
      create(server, new JsonObject("{\"id\":\"chat\",\"type\":\"accumulative\"}"));
      JsonObject rooms = new JsonObject();
      for (int i = 0; i < ROOMS; i++) {
        rooms.put("r" + i, new JsonObject());
      }
      for (int i = 0; i < BOARDS; i++) {
        create(
            server,
            new JsonObject("{\"type\":\"shared\",\"config\":{\"open\":true}}")
                .put("id", board(i))
                .put("rooms", rooms));
      }
      AtomicBoolean ended = new AtomicBoolean();
      CompletableFuture<List<Long>> chat = CompletableFuture.supplyAsync(() -> chat(server, ended));
      List<Map<String, Integer>> answers = new ArrayList<>();
      for (int i = 0; i < ROOMS; i++) {
        answers.add(fill(server, i, i == 0 ? PUSHES : FEWER));
        assertThat(request("GET", management, "/health/ready", null).statusCode()).isEqualTo(200);
      }
      ended.set(true);
      List<Long> times = chat.join();
      long max = meter("mycelium_state_max_bytes");
      long used = meter("mycelium_state_bytes");
      Figures.log(
          "%d rooms filled: %s; %d of %d bytes of state; chat: %d messages, p99 %d ms",
          ROOMS, answers, used, max, times.size(), p99(times));

      int fit = (int) (ROOM_MAX / (PUSH_BYTES + 140));
      assertThat(answers.get(0))
          .containsEntry("ok", fit)
          .containsEntry("state_too_large", PUSHES - fit);
      assertThat(answers.get(ROOMS - 1)).containsOnlyKeys("overloaded");
      assertThat(used).isBetween(max - ROOM_MAX, max);
      assertThat(p99(times)).isLessThan(MAX_P99_MS);
      joins(server, 0, fit);

      server.stopAndRestart();

      for (int i = 0; i < BOARDS; i++) {
        joins(server, i, fit);
      }
      assertThat(meter("mycelium_state_bytes")).isBetween(used - ROOM_MAX / 16, used);
      for (int i = 0; i < BOARDS; i++) {
        String path = "/api/v1/instances/" + board(i);
        assertThat(request("DELETE", server.port(), path, null).statusCode()).isEqualTo(204);
      }
      assertThat(meter("mycelium_state_bytes")).isLessThan(ROOM_MAX / 16);
    }
  }

  private static void joins(ServerProcess server, int room, int keys) {
    String path = "/socket/" + board(room) + "?vsn=2.0.0";
    try (PhoenixSocket eve = PhoenixSocket.connect(server.port(), path)) {
      eve.join("r" + room);
      JsonObject state = eve.awaitEvent("state").getJsonObject(4).getJsonObject("data");
      assertThat(state.getJsonObject("state").size()).isEqualTo(keys);
    }
  }
}
