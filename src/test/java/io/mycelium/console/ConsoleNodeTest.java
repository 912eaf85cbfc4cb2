package io.mycelium.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.BrittleType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The messages of a whole node to a console. */
class ConsoleNodeTest {
  private TestNode node;
  private ConsoleSocket page;

  @BeforeEach
  void start() {
    node = TestNode.builder().types(new BrittleType()).console(ConsoleConfig.DEFAULT).start();
    node.create("{'id':'chat','name':'The chat','type':'accumulative','rooms':{'general':{}}}");
    node.create("{'id':'brittle','type':'brittle'}");
    page = ConsoleSocket.connect(node.port());
  }

  @AfterEach
  void stop() {
    page.close();
    node.close();
  }

  @Test
  void instancesComeAndGo() {
    page.await("loaded");
    assertThat(page.row("chat").getString("name")).isEqualTo("The chat");
    assertThat(page.row("chat").getString("status")).isEqualTo("running");
    node.create("{'id':'new','type':'shared'}");
    page.awaitRow("new", row -> row != null && row.getString("status").equals("running"));
    TestNode.await(node.directory().delete("new"));
    page.awaitRow("new", row -> row == null);
    assertThat(page.rows().keySet()).containsExactlyInAnyOrder("chat", "brittle");
  }

  @Test
  void anIdThatIsUsedAgainShowsTheNewInstance() {
    page.await("loaded");
    TestNode.await(node.directory().delete("chat"));
    node.create("{'id':'chat','name':'Another','type':'shared'}");
    page.awaitRow("chat", row -> row != null && row.getString("name").equals("Another"));
  }

  @Test
  void figuresMoveUnderTrafficAndRatesFallBackToNothing() {
    page.await("loaded");
    long idle = page.row("chat").getLong("memory");
    PhoenixSocket ada = node.connect("chat", "vsn=2.0.0&userId=ada");
    ada.join("general");
    for (int i = 0; i < 50; i++) {
      ada.send("['1','p" + i + "','general','push',{'text':'hi'}]");
    }
    page.awaitRow("chat", row -> row.getInteger("in") > 0 && row.getInteger("out") > 0);
    page.awaitRow("chat", row -> row.getInteger("in") == 0 && row.getInteger("out") == 0);
    JsonObject row = page.row("chat");
    assertThat(row.getInteger("connections")).isEqualTo(1);
    assertThat(row.getInteger("channels")).isEqualTo(1);
    assertThat(row.getInteger("p99")).isPositive();
    assertThat(row.getLong("memory")).isGreaterThan(idle + 50 * 100);
    ada.close();
    page.awaitRow("chat", changed -> changed.getInteger("connections") == 0);
  }

  @Test
  void anIdleInstanceIsNotToldAgain() {
    page.await("loaded");
    for (int seconds = 0; seconds < 3; seconds++) {
      assertThat((JsonArray) page.await("rows")).isEmpty();
    }
  }

  @Test
  void aCrashShowsInTheRowAndInTheRestartHistoryWithItsError() {
    page.await("loaded");
    crash();
    page.awaitRow("brittle", row -> row.getInteger("restarts") == 1);
    JsonObject restart = restarts().getJsonObject(0);
    assertThat(restart.getString("error")).isEqualTo("java.lang.IllegalStateException: told to");
    assertThat(restart.getString("where")).contains("BrittleType$Logic.onPush(BrittleType.java:");
    assertThat(restart.getString("outcome")).isEqualTo("restarted");
    assertThat(restart.getLong("generation")).isEqualTo(1);
    TestNode.await(node.directory().restart("brittle"));
    assertThat(restarts().getJsonObject(0).getString("outcome")).isEqualTo("requested");
    assertThat(restarts().getJsonObject(0).getValue("error")).isNull();
    assertThat(restarts()).hasSize(2);
  }

  @Test
  void oneCrashTooManyIsTheLastEntryAndTheOldestGo() {
    for (int i = 0; i < 30; i++) {
      TestNode.await(node.directory().restart("brittle"));
    }
    assertThat(restarts()).hasSize(20);
    for (int crashes = 1; crashes <= 4; crashes++) {
      crash();
      String wanted = crashes < 4 ? "running" : "failed";
      int restarts = 30 + Math.min(crashes, 3);
      node.awaitInstance(
          "brittle",
          found ->
              found.getString("status").equals(wanted) && found.getInteger("restarts") == restarts);
    }
    assertThat(restarts()).hasSize(20);
    assertThat(restarts().getJsonObject(0).getString("outcome")).isEqualTo("failed");
    page.awaitRow("brittle", row -> row != null && row.getString("status").equals("failed"));
  }

  private void crash() {
    TestNode.await(
        node.directory()
            .push("brittle", "lobby", null, "\"crash\"")
            .recover(expected -> io.vertx.core.Future.succeededFuture()));
  }

  private JsonArray restarts() {
    return TestNode.await(node.directory().restarts("brittle")).getJsonArray("items");
  }

  @Test
  void anObserverSeesTheRoomAndIsNotInIt() {
    PhoenixSocket ada = node.connect("chat", "vsn=2.0.0&userId=ada");
    ada.join("general");
    page.await("loaded");
    page.send("{'observe':{'instance':'chat','room':'general'}}");
    JsonObject room = (JsonObject) page.await("room", r -> has(r, "ada"));
    assertThat(room.getInteger("channels")).isEqualTo(1);
    assertThat(room.getJsonObject("presence").fieldNames()).containsExactly("ada");

    ada.send("['1','2','general','push',{'text':'hi'}]");
    JsonObject message = (JsonObject) page.await("message");
    assertThat(message.getString("event")).isEqualTo("msg");
    assertThat(message.getJsonObject("json").getInteger("seq")).isEqualTo(1);
    room = (JsonObject) page.await("room", r -> ((JsonObject) r).getInteger("seq") == 1);
    JsonObject state = room.getJsonObject("state").getJsonObject("data").getJsonObject("state");
    assertThat(state.getJsonObject("1").getJsonObject("payload").getString("text")).isEqualTo("hi");

    ada.close();
    room = (JsonObject) page.await("room", r -> !has(r, "ada"));
    assertThat(room.getInteger("channels")).isZero();
    assertThat(TestNode.await(node.directory().get("chat")).getInteger("connections")).isZero();
  }

  private static boolean has(Object room, String user) {
    return ((JsonObject) room).getJsonObject("presence").containsKey(user);
  }

  @Test
  void aFloodIsCountedInsteadOfShown() {
    page.await("loaded");
    page.send("{'observe':{'instance':'chat','room':'general'}}");
    page.await("room");
    for (int i = 0; i < 500; i++) {
      node.directory().push("chat", "general", "ada", "1");
    }
    assertThat((Integer) page.await("skipped")).isPositive();
  }

  @Test
  void whatCannotBeObservedIsRefusedWithItsReason() {
    page.await("loaded");
    for (List<String> each :
        List.of(
            List.of("{'observe':{'instance':'nobody','room':'general'}}", "unknown_instance"),
            List.of("{'observe':{'instance':'chat','room':'nowhere'}}", "unknown_room"),
            List.of("{'observe':{'instance':'chat'}}", "bad_request"))) {
      page.send(each.get(0));
      assertThat(((JsonObject) page.await("refused")).getString("code")).isEqualTo(each.get(1));
    }
  }

  @Test
  void aLargeStateIsNotSentButItsSizeIs() {
    String text = "\"" + "x".repeat(300_000) + "\"";
    TestNode.await(node.directory().push("chat", "general", "ada", text));
    page.send("{'observe':{'instance':'chat','room':'general'}}");
    JsonObject room = (JsonObject) page.await("room");
    assertThat(room.getValue("state")).isNull();
    assertThat(room.getInteger("stateBytes")).isGreaterThan(300_000);
  }

  @Test
  void aFreshConsoleGetsTheSamplesThatWereTakenBeforeItCame() {
    page.await("sample");
    page.await("sample");
    try (ConsoleSocket second = ConsoleSocket.connect(node.port())) {
      JsonObject told = (JsonObject) second.await("node");
      int width = told.getJsonArray("columns").size();
      assertThat(told.getJsonArray("samples").size()).isGreaterThanOrEqualTo(2);
      told.getJsonArray("samples").forEach(each -> assertThat((JsonArray) each).hasSize(width));
      JsonArray last = told.getJsonArray("samples").getJsonArray(0);
      assertThat(last.getLong(told.getJsonArray("columns").getList().indexOf("heap"))).isPositive();
    }
  }
}
