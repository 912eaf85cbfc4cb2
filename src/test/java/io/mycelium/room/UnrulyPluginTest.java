package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A plug-in that does what none should, in a process of its own beside an instance of a built-in
 * type: what docs/plugins.md promises, and what it says that nobody can.
 */
class UnrulyPluginTest {
  private static final String UNRULY = "src/test/resources/plugins/Unruly.java.txt";
  private static final String OUT_OF_MEMORY = "-XX:+ExitOnOutOfMemoryError";

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private ServerProcess server;
  private int refs = 1;

  @BeforeEach
  void makeThePlugIn() throws IOException {
    String source = Files.readString(Path.of(UNRULY));
    new PluginJar()
        .source("bad.Unruly", source)
        .source(
            "bad.Stillborn",
            """
            package bad;
            import io.mycelium.room.spi.*;
            public final class Stillborn implements RoomType {
              static { if (true) throw new IllegalStateException("born dead"); }
              public String name() { return "stillborn"; }
              public String description() { return ""; }
              public RoomLogic<?> open(RoomSettings settings) { return null; }
            }
            """)
        .provider("bad.Unruly")
        .provider("bad.Stillborn")
        .write(Files.createDirectory(folder.resolve("plugins")).resolve("bad.jar"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void start(String... jvmFlags) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + folder.resolve("mycelium.db"));
    environment.put("MYCELIUM_INSTANCES_STUCK_AFTER", "1s");
    environment.put("MYCELIUM_INSTANCES_STOP_TIMEOUT", "1s");
    environment.put("MYCELIUM_INSTANCES_WORKER_POOL_SIZE", "2");
    server =
        ServerProcess.withoutTests(
            0, List.of(jvmFlags), environment, "--plugins", folder.resolve("plugins").toString());
    create("good", "accumulative");
  }

  private HttpResponse<String> request(String method, String path, String json) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/api/v1/" + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private void create(String id, String type) throws Exception {
    String durable = "'config':{'durability':'sync'}";
    String spec = "{'id':'" + id + "','type':'" + type + "'," + durable + "}";
    HttpResponse<String> made = request("POST", "instances", spec);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
  }

  private PhoenixSocket join(String id) {
    PhoenixSocket client =
        PhoenixSocket.connect(server.port(), "/socket/" + id + "?vsn=2.0.0&userId=ada");
    assertThat(client.join("lobby").getString("status")).isEqualTo("ok");
    return client;
  }

  /** {@code ok} with its number, or the reason of its refusal. */
  private String push(PhoenixSocket client, String what) {
    String ref = "p" + ++refs;
    client.send("['1','" + ref + "','lobby','push','" + what + "']");
    JsonObject reply = client.awaitReply(ref).getJsonObject(4);
    JsonObject response = reply.getJsonObject("response");
    return response.getString("reason", "ok " + response.getLong("seq"));
  }

  private long entries(String id) throws Exception {
    HttpResponse<String> read = request("GET", "instances/" + id + "/rooms/lobby/entries", "");
    assertThat(read.statusCode()).as(read.body() + server.log()).isEqualTo(200);
    return new JsonObject(read.body()).getJsonArray("entries").size();
  }

  /** The other instance answers at once, and the process is the same. */
  private void assertGoodIsUnharmed() {
    try (PhoenixSocket client = join("good")) {
      assertThat(push(client, "hello")).startsWith("ok ");
    }
    assertThat(server.isAlive()).isTrue();
  }

  @Test
  void aStaticInitialiserThatThrowsIsNamedHoweverOftenItIsTried() throws Exception {
    start();
    JsonObject types = new JsonObject(request("GET", "types", "").body());
    assertThat(types.getJsonArray("broken").encode())
        .contains("bad.Stillborn")
        .contains("born dead")
        .doesNotContain("bad.Unruly");
    for (int attempt = 1; attempt <= 3; attempt++) {
      String spec = "{'id':'late','type':'unruly','config':{'settings':{'do':'static'}}}";
      HttpResponse<String> refused = request("POST", "instances", spec);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body())
          .contains("type unruly of bad.jar could not open a room")
          .contains("no licence");
      assertThat(request("GET", "instances/late", "").statusCode()).isEqualTo(404);
    }
    create("bad", "unruly");
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "a")).isEqualTo("ok 1");
      for (int attempt = 1; attempt <= 3; attempt++) {
        assertThat(push(client, "static")).isEqualTo("instance_crashed");
        assertThat(push(client, "b")).isEqualTo("ok " + (1 + attempt));
      }
    }
    JsonObject bad = new JsonObject(request("GET", "instances/bad", "").body());
    assertThat(bad.getInteger("restarts")).isEqualTo(3);
    assertThat(bad.getString("lastError")).contains("bad.Lazy");
    assertGoodIsUnharmed();
  }

  @ParameterizedTest
  @CsvSource({"exit, 1", "halt, 7", "gigabyte, 3", "fill, 3"})
  void whatEndsTheProcessLosesNothingThatWasAcknowledged(String what, int code) throws Exception {
    start(OUT_OF_MEMORY, "-Xmx160m");
    create("bad", "unruly");
    PhoenixSocket bad = join("bad");
    PhoenixSocket good = join("good");
    for (int i = 1; i <= 20; i++) {
      assertThat(push(bad, "a")).isEqualTo("ok " + i);
      assertThat(push(good, "a")).isEqualTo("ok " + i);
    }
    bad.send("['1','last','lobby','push','" + what + "']");
    assertThat(server.awaitExit()).isEqualTo(code);
    if (what.equals("exit")) {
      assertThat(server.log())
          .contains("System.exit was called, so the node ends: bad.jar//bad.Unruly")
          .contains("drained");
    }
    server.launch();
    JsonObject instance = new JsonObject(request("GET", "instances/bad", "").body());
    assertThat(instance.getString("status")).isNotEqualTo("failed");
    assertThat(entries("bad")).isEqualTo(20);
    assertThat(entries("good")).isEqualTo(20);
    assertGoodIsUnharmed();
  }

  @Test
  void aGigabyteThatTheHeapRefusesRestartsTheInstanceWithoutTheFlag() throws Exception {
    start("-Xmx160m");
    create("bad", "unruly");
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "a")).isEqualTo("ok 1");
      assertThat(push(client, "gigabyte")).isEqualTo("instance_crashed");
      assertThat(push(client, "b")).isEqualTo("ok 2");
    }
    assertGoodIsUnharmed();
  }

  @Test
  void threadsOutliveTheirInstanceAndHoldUpNoDrain() throws Exception {
    start();
    create("bad", "unruly");
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "threads")).isEqualTo("ok 1");
    }
    assertThat(request("DELETE", "instances/bad", "").statusCode()).isEqualTo(204);
    create("bad", "unruly");
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "how-many")).isEqualTo("20");
    }
    assertThat(server.log())
        .containsPattern("ERROR ServeCommand thread hasty has ended\n +java.*: in a hurry");
    assertGoodIsUnharmed();
    server.stopAndRestart();
    assertGoodIsUnharmed();
  }

  @Test
  void oneThatBlocksIsGivenUpAndAnswersAgain() throws Exception {
    start();
    create("bad", "unruly");
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "a")).isEqualTo("ok 1");
      client.send("['1','stuck','lobby','push','block']");
      client.awaitEvent("phx_error");
    }
    assertGoodIsUnharmed();
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "b")).isEqualTo("ok 2");
    }
    assertThat(server.log()).contains("bad.Unruly");
  }

  @Test
  void oneThatBlocksHoldsUpNoDrainAndHasNotFailed() throws Exception {
    start();
    create("bad", "unruly");
    PhoenixSocket stuck = join("bad");
    assertThat(push(stuck, "a")).isEqualTo("ok 1");
    stuck.send("['1','stuck','lobby','push','block']");
    server.stopAndRestart();
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "b")).isEqualTo("ok 2");
    }
  }

  @Test
  void oneThatBlocksWhileARoomIsMadeBlocksNobodyElse() throws Exception {
    start();
    create("bad", "unruly");
    HttpResponse<String> room =
        request("PUT", "instances/bad/rooms/r", "{'settings':{'do':'block'}}");
    assertThat(room.statusCode()).as(room.body()).isEqualTo(504);
    create("another", "shared");
    assertGoodIsUnharmed();
    HttpResponse<String> instance =
        request(
            "POST",
            "instances",
            "{'id':'late','type':'unruly','config':{'settings':{'do':'block'}}}");
    assertThat(instance.statusCode()).as(instance.body()).isEqualTo(504);
    assertGoodIsUnharmed();
    try (PhoenixSocket client = join("bad")) {
      assertThat(push(client, "b")).isEqualTo("ok 1");
    }
  }
}
