package io.mycelium.connection;

import static io.mycelium.testing.Besieged.drain;
import static io.mycelium.testing.Besieged.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Besieged;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Joins, leaves and names in numbers and sizes that no client has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileChannelsTest {
  private static final String SIEGE = "/socket/siege/websocket?vsn=2.0.0";

  private Besieged node;

  @BeforeAll
  void start() {
    node = new Besieged();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @AfterEach
  void nobodyElseNotices(TestInfo attack) {
    node.assertOver(attack.getTestMethod().orElseThrow().getName());
  }

  private static void send(RawSocket socket, String text) {
    try {
      socket.text(text);
    } catch (UncheckedIOException e) {
      // It was closed, as it may be.
    }
  }

  private static Frame last(CompletableFuture<List<Frame>> drained) {
    List<Frame> frames = drained.join();
    return frames.get(frames.size() - 1);
  }

  private static void assertAnsweredOrClosed(Frame last) {
    assertThat(last.opcode() == RawSocket.CLOSE ? "closed" : last.text())
        .containsAnyOf("\"alive\"", "closed");
  }

  @Test
  void aStormOfJoinsAndLeavesIsAnsweredToTheEnd() {
    try (RawSocket socket = RawSocket.open(node.port(), SIEGE)) {
      CompletableFuture<List<Frame>> drained = drain(socket, "\"alive\"");
      for (int i = 0; i < scaled(20_000); i++) {
        send(socket, "['" + i + "','" + i + "','lobby','phx_join',{}]");
        send(socket, "['" + i + "','l" + i + "','lobby','phx_leave',{}]");
      }
      send(socket, "[null,'alive','phoenix','heartbeat',{}]");
      assertAnsweredOrClosed(last(drained));
    }
  }

  @Test
  void roomsThatDoNotExistCostNothingHoweverManyAreAskedFor() {
    try (RawSocket socket = RawSocket.open(node.port(), SIEGE)) {
      CompletableFuture<List<Frame>> drained = drain(socket, "\"alive\"");
      for (int i = 0; i < scaled(100_000); i++) {
        send(socket, "['" + i + "','" + i + "','room-" + i + "','phx_join',{}]");
      }
      send(socket, "[null,'alive','phoenix','heartbeat',{}]");
      assertAnsweredOrClosed(last(drained));
    }
    assertThat(node.request("GET", "/instances/siege", null)).doesNotContain("room-1");
  }

  @ParameterizedTest
  @CsvSource({"1", "255", "256", "65535", "1000000"})
  void namesOfAnyLengthAreAnsweredOrRefused(int length) {
    String name = "n".repeat(length);
    for (String text :
        List.of(
            "['1','" + name + "','lobby','phx_join',{}]",
            "['" + name + "','2','lobby','phx_join',{}]",
            "['1','2','" + name + "','phx_join',{}]",
            "['1','2','lobby','" + name + "',{}]",
            "['1','2','lobby','push_once',{'key':'" + name + "','payload':1}]",
            "['1','2','lobby','push',{'" + name + "':1}]",
            "['1','2','lobby','phx_join',{'" + name + "':'" + name.substring(0, length / 2) + "'}]",
            "[null,'" + name + "','phoenix','heartbeat',{}]")) {
      try (RawSocket socket = RawSocket.open(node.port(), SIEGE)) {
        socket.text("['1','1','lobby','phx_join',{}]").awaitText("phx_reply");
        CompletableFuture<List<Frame>> drained = drain(socket, "\"alive\"");
        send(socket, text);
        send(socket, "[null,'alive','phoenix','heartbeat',{}]");
        assertAnsweredOrClosed(last(drained));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e99999999999", "-1e-99999999999", "1e999999999", "17951e999485714000"})
  void aNumberThatNoParserCanHoldEndsNoInstance(String number) {
    try (RawSocket socket = RawSocket.open(node.port(), SIEGE)) {
      for (String payload :
          List.of(
              "{'since':{'epoch':'a','seq':" + number + "}}",
              "{'since':" + number + "}",
              "{'meta':{'n':" + number + "}}",
              "{'meta':" + number + "}",
              "{}")) {
        socket.text("['1','j','lobby','phx_join'," + payload + "]").awaitText("'j'");
      }
      for (String event : List.of("push", "history", "push_once", "get_rooms")) {
        String payload = "{'key':" + number + ",'limit':" + number + ",'before':" + number + "}";
        socket.text("['1','e','lobby','" + event + "'," + payload + "]");
      }
      socket.text("[null,'alive','phoenix','heartbeat',{}]").awaitText("'alive'");
    }
    assertThat(node.request("GET", "/instances/siege", null)).contains("\"restarts\":0");
  }

  @ParameterizedTest
  @CsvSource({"128, 101", "129, 400", "4000, 400", "20000, 414"})
  void aUserIdOverTheLimitIsRefusedAtTheUpgrade(int length, int status) {
    try (RawSocket socket = RawSocket.tcp(node.port())) {
      String head = RawSocket.upgrade(SIEGE + "&userId=" + "u".repeat(length));
      assertThat(socket.request(head)).matches("HTTP/1.. " + status + " .*");
    }
  }
}
