package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.GatewayConfig;
import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.Closings;
import io.mycelium.testing.GateType;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client is told that does something wrong: a reply with a reason, or a close with a code,
 * and after a reply the socket still answers heartbeats. Over both transports.
 */
class WireErrorsTest {
  private static final int INSTANCE_LIMIT = 2048;
  private static final int SERVER_LIMIT = 65_536;

  /** The cases; a subclass says over which transport. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Cases {
    private final String transport;
    private final Closings closings = new Closings();
    private final GateType gate = new GateType();
    private TestNode node;

    Cases(String transport) {
      this.transport = transport;
    }

    @BeforeAll
    void startNode() {
      node =
          TestNode.builder()
              .transport(transport)
              .eventLoops(1)
              .maxMessageBytes(SERVER_LIMIT)
              .meters(closings)
              .types(gate)
              .socket(new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 3, 64 << 10))
              .gateway(new GatewayConfig(4, 4096, 6, 1 << 20, Duration.ofSeconds(10)))
              .start();
      node.create("{'id':'x','type':'accumulative','rooms':{'a':{},'b':{},'c':{}}}");
      node.create(
          "{'id':'tight','type':'accumulative','config':{'max_message_bytes':"
              + INSTANCE_LIMIT
              + "}}");
      node.create("{'id':'gate','type':'gate'}");
      node.create(
          "{'id':'pinged','type':'accumulative','config':{'ping_interval':1,'ping_timeout':1}}");
    }

    @AfterAll
    void stopNode() {
      node.close();
    }

    private RawSocket open(String instance) {
      return RawSocket.open(node.port(), "/socket/" + instance + "/websocket?vsn=2.0.0");
    }

    private static void assertAlive(RawSocket socket) {
      socket.text("[null,'alive','phoenix','heartbeat',{}]");
      assertThat(socket.awaitText("'alive'")).contains("\"status\":\"ok\"");
    }

    private void assertClosed(RawSocket socket, int status, String reason) {
      Frame close = socket.await(RawSocket.CLOSE);
      assertThat(close.status()).isEqualTo(status);
      assertThat(close.reason()).isEqualTo(reason);
      socket.answer(close);
      assertThat(socket.isEnded()).isTrue();
      closings.await(reason);
    }

    /**
     * The error reply to that reference; it has a reason, a message for people, and nothing of Java
     * in it.
     */
    private static JsonObject error(RawSocket socket, String ref) {
      JsonArray reply = new JsonArray(socket.awaitText("," + ref + ","));
      assertThat(reply.getString(3)).isEqualTo("phx_reply");
      assertThat(reply.getJsonObject(4).getString("status")).isEqualTo("error");
      JsonObject response = reply.getJsonObject(4).getJsonObject("response");
      assertThat(response.getString("message"))
          .isNotBlank()
          .doesNotContain("java", "io.mycelium", "\tat ", "Exception");
      return response;
    }

    private static void join(RawSocket socket, String room) {
      socket.text("['1','join-" + room + "','" + room + "','phx_join',{}]");
      assertThat(socket.awaitText("'join-" + room + "'")).contains("\"status\":\"ok\"");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "x",
          "{}",
          "[]",
          "[1]",
          "['1','2','lobby','push']",
          "['1','2','lobby','push',{}",
          "null",
          "['1','2','lobby','push',{}]]",
          "['1','2','lobby','push',{},1]",
          "['1','2',3,'push',{}]",
          "['1','2','lobby',null,{}]",
          "[{},'2','lobby','push',{}]",
          "['1',true,'lobby','push',{}]",
          "['1','2','lobby','push',{'a':01}]",
          "['1','2','lobby','push',{'a':'\\x'}]",
          "['1','2','lobby','push',nul]",
          "['1','2','lobby','push','\t']",
          "['1','2','lobby','push','\\ud800']"
        })
    void aTextThatIsNoV2FrameEndsTheConnection(String text) {
      try (RawSocket socket = open("x")) {
        socket.text(text);
        assertClosed(socket, 4000, "malformed_frame");
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "[]",
          "{}",
          "{'topic':'lobby'}",
          "{'topic':1,'event':'push','payload':{}}",
          "{'topic':'lobby',"
        })
    void aTextThatIsNoV1FrameEndsTheConnection(String text) {
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket")) {
        socket.text(text);
        assertClosed(socket, 4000, "malformed_frame");
      }
    }

    @ParameterizedTest
    @CsvSource({
      "nothing, ''",
      "a kind alone, 00",
      "a broadcast, 0200000000",
      "an unknown kind, 0700000000",
      "lengths beyond the end, 00ffffffff61",
      "a reference that is not UTF-8, 000200000080ff"
    })
    void aBinaryThatIsNoPushEndsTheConnection(String name, String hex) {
      try (RawSocket socket = open("x")) {
        socket.frame(RawSocket.BINARY, HexFormat.of().parseHex(hex));
        assertClosed(socket, 4000, "malformed_frame");
      }
    }

    @Test
    void aBinaryFrameOnV1EndsTheConnection() {
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=1.0.0")) {
        socket.frame(RawSocket.BINARY, new byte[5]);
        assertClosed(socket, 4000, "malformed_frame");
      }
    }

    private static String heartbeat(int length) {
      String frame = "[null,\"7\",\"phoenix\",\"heartbeat\",\"\"]";
      return frame.replace("\"\"]", "\"" + "x".repeat(length - frame.length()) + "\"]");
    }

    @Test
    void aMessageOfTheInstancesLimitIsTakenAndOneMoreByteEndsTheConnection() {
      try (RawSocket socket = open("tight")) {
        socket.text(heartbeat(INSTANCE_LIMIT));
        assertThat(socket.awaitText("'7'")).contains("\"status\":\"ok\"");
        socket.text(heartbeat(INSTANCE_LIMIT + 1));
        assertClosed(socket, 1009, "message_too_large");
      }
    }

    @Test
    void fragmentsThatExceedTheInstancesLimitEndTheConnection() {
      try (RawSocket socket = open("tight")) {
        socket.fragment(RawSocket.TEXT, new byte[INSTANCE_LIMIT]);
        socket.frame(RawSocket.CONTINUATION, new byte[1]);
        assertClosed(socket, 1009, "message_too_large");
      }
    }

    @Test
    void aMessageOverTheServersLimitEndsTheConnection() {
      try (RawSocket socket = open("x")) {
        socket.text(heartbeat(SERVER_LIMIT));
        assertThat(socket.awaitText("'7'")).contains("\"status\":\"ok\"");
        socket.text(heartbeat(SERVER_LIMIT + 1));
        assertClosedOrEnded(socket);
      }
    }

    /** Vert.x resets such a connection; its peer may lose the close frame. */
    private void assertClosedOrEnded(RawSocket socket) {
      if (transport.equals("netty")) {
        assertClosed(socket, 1009, "message_too_large");
      } else {
        assertThat(socket.isEnded()).isTrue();
        closings.await("message_too_large");
      }
    }

    @Test
    void anUnknownRoomIsNamed() {
      try (RawSocket socket = open("x")) {
        socket.text("['1','2','nowhere','phx_join',{}]");
        JsonObject response = error(socket, "'2'");
        assertThat(response.getString("reason")).isEqualTo("unknown_room");
        assertThat(response.getString("message")).contains("nowhere").contains("[a, b, c, lobby]");
        assertAlive(socket);
      }
    }

    @Test
    void theEmptyTopicIsNoRoom() {
      try (RawSocket socket = open("x")) {
        socket.text("['1','2','','phx_join',{}]");
        assertThat(error(socket, "'2'").getString("reason")).isEqualTo("unknown_room");
        socket.text("['1','3','','push',{}]");
        assertThat(error(socket, "'3'").getString("reason")).isEqualTo("not_joined");
        assertAlive(socket);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "heartbeat", "get_rooms", ""})
    void anEventBeforeTheJoinIsRefused(String event) {
      try (RawSocket socket = open("x")) {
        socket.text("['1','2','lobby','" + event + "',{}]");
        JsonObject response = error(socket, "'2'");
        assertThat(response.getString("reason")).isEqualTo("not_joined");
        assertThat(response.getString("message")).contains("lobby").contains("phx_join");
        assertAlive(socket);
      }
    }

    @Test
    void anUnknownEventIsRefused() {
      try (RawSocket socket = open("x")) {
        join(socket, "a");
        socket.text("['1','2','a','dance',{}]");
        JsonObject response = error(socket, "'2'");
        assertThat(response.getString("reason")).isEqualTo("unknown_event");
        assertThat(response.getString("message")).contains("dance");
        assertAlive(socket);
      }
    }

    @Test
    void moreJoinsThanMaxChannelsAreRefusedAndALeaveMakesRoom() {
      try (RawSocket socket = open("x")) {
        join(socket, "a");
        join(socket, "b");
        join(socket, "c");
        socket.text("['9','9','lobby','phx_join',{}]");
        JsonObject response = error(socket, "'9'");
        assertThat(response.getString("reason")).isEqualTo("too_many_channels");
        assertThat(response.getString("message")).contains("max_channels of 3");
        socket.text("['1','10','c','phx_leave',{}]");
        socket.awaitText("phx_close");
        join(socket, "lobby");
        assertAlive(socket);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "'text'", "[]", "true"})
    void aJoinTakesAnyJsonAsPhoenixDoes(String payload) {
      try (RawSocket socket = open("x")) {
        socket.text("['1','2','a','phx_join'," + payload + "]");
        assertThat(socket.awaitText("'2'")).contains("\"status\":\"ok\"");
        assertAlive(socket);
      }
    }

    @Test
    void aHugeReferenceComesBackAsItWas() {
      String ref = "r".repeat(60_000);
      try (RawSocket socket = open("x")) {
        socket.text("['1','" + ref + "','phoenix','heartbeat',{}]");
        assertThat(socket.awaitText("phx_reply")).contains("\"" + ref + "\"");
        String number = "9".repeat(5_000);
        socket.text("[" + number + "," + number + ",'a','phx_join',{}]");
        assertThat(socket.awaitText("phx_reply"))
            .startsWith("[" + number + "," + number + ",\"a\"");
        assertAlive(socket);
      }
    }

    @Test
    void pushesBeyondTheConnectionsUnackedCountAreOverloaded() {
      try (RawSocket socket = open("gate")) {
        join(socket, "lobby");
        gate.shut();
        for (int ref = 1; ref <= 5; ref++) {
          socket.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        JsonObject response = error(socket, "'5'");
        assertThat(response.getString("reason")).isEqualTo("overloaded");
        assertThat(response.getBoolean("retryable")).isTrue();
        assertAlive(socket);
        gate.open();
        assertThat(socket.awaitText("'4'")).contains("\"status\":\"ok\"");
        socket.text("['1','6','lobby','push',6]");
        assertThat(socket.awaitText("'6'")).contains("\"status\":\"ok\"");
      }
    }

    @Test
    void pushesBeyondTheConnectionsUnackedBytesAreOverloaded() {
      try (RawSocket socket = open("gate")) {
        join(socket, "lobby");
        gate.shut();
        String payload = "'" + "x".repeat(3000) + "'";
        socket.text("['1','1','lobby','push'," + payload + "]");
        socket.text("['1','2','lobby','push'," + payload + "]");
        assertThat(error(socket, "'2'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(socket.awaitText("'1'")).contains("\"status\":\"ok\"");
        assertAlive(socket);
      }
    }

    @Test
    void pushesBeyondTheInstancesUnackedCountAreOverloaded() {
      try (RawSocket one = open("gate");
          RawSocket other = open("gate")) {
        join(one, "lobby");
        join(other, "lobby");
        gate.shut();
        for (int ref = 1; ref <= 4; ref++) {
          one.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertAlive(one);
        for (int ref = 1; ref <= 3; ref++) {
          other.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertThat(error(other, "'3'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(other.awaitText("'2'")).contains("\"status\":\"ok\"");
        assertAlive(other);
      }
    }

    @Test
    void messagesThatWaitForAJoinAreBounded() {
      try (RawSocket socket = open("gate")) {
        gate.shut();
        socket.text("['1','join','lobby','phx_join',{}]");
        for (int ref = 1; ref <= 5; ref++) {
          socket.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertThat(error(socket, "'5'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(socket.awaitText("'join'")).contains("\"status\":\"ok\"");
        assertThat(socket.awaitText("'4'")).contains("\"status\":\"ok\"");
        assertAlive(socket);
      }
    }

    @ParameterizedTest
    @CsvSource({
      "an unknown instance, /socket/nobody/websocket, 404",
      "a name that no instance can have, /socket/a.b/websocket, 404",
      "a path behind the socket, /socket/x/longpoll, 404",
      "an unknown serializer, /socket/x/websocket?vsn=3.0.0, 400",
      "a serializer that is no version, /socket/x/websocket?vsn=two, 400",
      "a query that is not percent-encoded, /socket/x/websocket?vsn=%zz, 400",
      "a user that is not percent-encoded, /socket/x/websocket?vsn=2.0.0&userId=%zz, 400",
      "a user with a control character, /socket/x/websocket?vsn=2.0.0&userId=a%00b, 400"
    })
    void anUpgradeIsRefusedWhileItIsHttp(String name, String path, int status) {
      try (RawSocket socket = RawSocket.tcp(node.port())) {
        assertThat(socket.request(RawSocket.upgrade(path))).startsWith("HTTP/1.1 " + status);
      }
    }

    @Test
    void aGetThatAsksForNoUpgradeIsRefused() {
      try (RawSocket socket = RawSocket.tcp(node.port())) {
        String head = "GET /socket/x/websocket HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertThat(socket.request(head)).startsWith("HTTP/1.1 400");
      }
    }

    @ParameterizedTest
    @CsvSource({
      "Sec-WebSocket-Key, Sec-WebSocket-No-Key",
      "Sec-WebSocket-Version: 13, Sec-WebSocket-Version: 99"
    })
    void aBrokenHandshakeIsRefusedAndLeavesNoConnection(String part, String broken) {
      try (RawSocket socket = RawSocket.tcp(node.port())) {
        String head = RawSocket.upgrade("/socket/tight/websocket?vsn=2.0.0").replace(part, broken);
        assertThat(head).contains(broken);
        assertThat(socket.request(head)).matches("HTTP/1.1 4.. .*");
      }
      node.awaitConnections("tight", 0);
    }

    @Test
    void aSilentPeerIsPingedAndThenDropped() {
      try (RawSocket socket = open("pinged")) {
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.PING);
        assertClosed(socket, 4008, "ping_timeout");
      }
    }

    @Test
    void aPeerThatOnlyAnswersPingsIsKept() {
      try (RawSocket socket = open("pinged")) {
        for (int i = 0; i < 3; i++) {
          socket.frame(RawSocket.PONG, socket.await(RawSocket.PING).payload());
        }
        assertAlive(socket);
      }
    }

    @Test
    void aSocketThatDiesWithoutACloseLeaves() {
      try (RawSocket watcher =
          RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0&userId=ada")) {
        join(watcher, "a");
        try (RawSocket dying =
            RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0&userId=bob")) {
          join(dying, "a");
          watcher.awaitText("'bob':{'metas'");
        }
        assertThat(watcher.awaitText("'leaves':{'bob'")).contains("presence_diff");
      }
    }

    @Test
    void aPeerThatNeverReadsIsCutOffAndTheOthersAreServed() {
      node.create("{'id':'flood','type':'accumulative','config':{'history':0},'rooms':{'a':{}}}");
      try (RawSocket slow = open("flood");
          RawSocket other = open("flood")) {
        slow.text("['1','1','a','phx_join',{}]");
        assertThat(slow.next().opcode()).isEqualTo(RawSocket.TEXT);
        join(other, "a");
        String payload = "'" + "x".repeat(60_000) + "'";
        for (int ref = 1; !"slow_consumer".equals(closings.poll()); ref++) {
          other.text("['1','p" + ref + "','a','push'," + payload + "]");
          assertThat(other.awaitText("'p" + ref + "'")).contains("\"status\":\"ok\"");
          assertThat(ref).as("pushes of 60 kB that a peer got that reads nothing").isLessThan(1000);
        }
        assertAlive(other);
      }
    }
  }

  @Test
  void theServersPingIntervalCountsWhereTheInstanceHasNone() {
    SocketConfig quick =
        new SocketConfig(Duration.ofSeconds(1), Duration.ofSeconds(1), 100, 8 << 20);
    Closings closings = new Closings();
    try (TestNode node = TestNode.builder().socket(quick).meters(closings).start()) {
      node.create("{'id':'x','type':'accumulative'}");
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.PING);
        assertThat(socket.next().status()).isEqualTo(4008);
        assertThat(closings.await()).isEqualTo("ping_timeout");
      }
    }
  }

  /** Past Vert.x. */
  @Nested
  class NettyTransportCases extends Cases {
    NettyTransportCases() {
      super("netty");
    }
  }

  /** Vert.x's public API. */
  @Nested
  class VertxTransportCases extends Cases {
    VertxTransportCases() {
      super("vertx");
    }
  }
}
