package io.mycelium.journal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A backup of PostgreSQL, restored with {@code k8s/restored.sql}. */
class RestoredTest {
  private static final String INSTANCE =
      "{\"id\": \"chat\", \"type\": \"accumulative\", \"rooms\": {\"r\": {}}}";

  private final Postgres postgres = Postgres.shared();
  private final List<ServerProcess> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(ServerProcess::close);
  }

  private ServerProcess serverOn(String url) {
    ServerProcess server = ServerProcess.start(Map.of("MYCELIUM_JOURNAL_URL", url));
    servers.add(server);
    return server;
  }

  private static void push(ServerProcess server, int times) {
    for (int i = 0; i < times; i++) {
      server.request("POST", "/instances/chat/rooms/r/messages", "{\"payload\": " + i + "}");
    }
  }

  private static JsonObject resumed(ServerProcess server, long seq, String epoch) {
    try (PhoenixSocket socket =
        PhoenixSocket.connect(server.port(), "/socket/chat/websocket?vsn=2.0.0")) {
      socket.send("['1','1','r','phx_join',{'since':{'seq':" + seq + ",'epoch':'" + epoch + "'}}]");
      return socket.awaitReply("1").getJsonObject(4).getJsonObject("response");
    }
  }

  private static String name(String url) {
    return url.replaceFirst(".*/(\\w+)\\?.*", "$1");
  }

  /** A database with the same rows, as a dump and its restore make it. */
  private String copyOf(String url) {
    String copy = postgres.newDatabase();
    postgres.sql("DROP DATABASE " + name(copy));
    postgres.sql("CREATE DATABASE " + name(copy) + " TEMPLATE " + name(url));
    return copy;
  }

  private static void runScript(String url) throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(Files.readString(Path.of("k8s", "restored.sql")));
    }
  }

  @Test
  void clientsBeyondTheBackupGetTheStateAndOthersResume() throws Exception {
    String url = postgres.newDatabase();
    ServerProcess before = serverOn(url);
    before.request("POST", "/instances", INSTANCE);
    push(before, 3);
    before.stop();
    String backup = copyOf(url);
    before.launch();
    push(before, 2);
    String epoch =
        new JsonObject(before.request("GET", "/instances/chat/rooms/r", null)).getString("epoch");
    before.stop();
    runScript(backup);
    ServerProcess after = serverOn(backup);
    JsonObject behind = resumed(after, 2, epoch);
    assertThat(behind.getBoolean("recovered")).isTrue();
    assertThat(behind.getLong("seq")).isEqualTo(3);
    assertThat(resumed(after, 5, epoch).getBoolean("recovered")).isFalse();
    push(after, 4);
    // Its number exists again, and is another entry's.
    assertThat(resumed(after, 5, epoch).getBoolean("recovered")).isFalse();
    assertThat(resumed(after, 3, epoch).getBoolean("recovered")).isTrue();
    assertThat(resumed(after, 5, behind.getString("epoch")).getBoolean("recovered")).isTrue();
  }

  @Test
  void roomRestoredTooOftenBeginsAnewForEverybody() throws Exception {
    String url = postgres.newDatabase();
    ServerProcess server = serverOn(url);
    server.request("POST", "/instances", INSTANCE);
    push(server, 1);
    server.stop();
    for (int i = 0; i < 12; i++) {
      runScript(url);
    }
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet rooms = statement.executeQuery("SELECT max(length(epoch)) FROM rooms")) {
      assertThat(rooms.next()).isTrue();
      assertThat(rooms.getInt(1)).isLessThanOrEqualTo(160);
    }
    server.launch();
    push(server, 1);
    assertThat(resumed(server, 9, "feed").getLong("seq")).isEqualTo(2);
  }
}
