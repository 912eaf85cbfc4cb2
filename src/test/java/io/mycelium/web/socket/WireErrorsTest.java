package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that does something wrong gets a reply with a reason, or a close with a code; after a
 * reply the socket still answers heartbeats. Over both transports.
 */
class WireErrorsTest {
  /** The cases; a subclass says over which transport. */
  abstract static class Cases extends WireCases {
    Cases(String transport) {
      super(transport);
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
          "null",
          "['1','2',3,'push',{}]",
          "['1','2','lobby',null,{}]",
          "[{},'2','lobby','push',{}]",
          "['1',true,'lobby','push',{}]"
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
          "['1','2','lobby','push']",
          "['1','2','lobby','push',{}",
          "['1','2','lobby','push',{}]]",
          "['1','2','lobby','push',{},]",
          "['1','2','lobby','push',{'a':01}]",
          "['1','2','lobby','push',{'a':'\\x'}]",
          "['1','2','lobby','push',nul]",
          "['1','2','lobby','push','\t']",
          "['1','2','lobby','push','\\ud800']",
          "['1','2','lobby','push_once',{'key':'k','data':'\\ud800'}]",
          "['1','2','lobby','phx_join',{'meta':'\\ud800'}]",
          "['1','2','nowhere','phx_join',{'meta':'\\ud800'}]",
          "[null,'2','phoenix','heartbeat',{'a':}]"
        })
    void whatIsWrongBehindTheEventCostsThatMessageOnly(String text) {
      try (RawSocket socket = open("x")) {
        socket.text("['1','1','lobby','phx_join',{}]");
        socket.awaitText("'phx_reply'");
        socket.text(text);
        assertThat(socket.awaitText(",'2',"))
            .contains("\"status\":\"error\"", "\"reason\":\"invalid_payload\"", "at byte ");
        socket.text("['1','3','lobby','push',{'text':'still here'}]");
        assertThat(socket.awaitText(",'3',")).contains("\"status\":\"ok\"");
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{'topic':'lobby','event':'push','payload':{'t':'\\ud800'},'ref':'2'}",
          "{'topic':'lobby','event':'push','payload':[{'a':01},'}'],'ref':'2'}",
          "{'topic':'lobby','event':'phx_join','payload':nul,'ref':'2'}",
          "{'ref':'2','topic':'lobby','event':'push'}"
        })
    void aV1PayloadThatCannotBeTakenCostsThatMessageOnly(String text) {
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket")) {
        socket.text("{'topic':'lobby','event':'phx_join','payload':{},'ref':'1'}");
        socket.awaitText("'phx_reply'");
        socket.text(text);
        assertThat(socket.awaitText("'ref':'2'"))
            .contains("\"status\":\"error\"", "\"reason\":\"invalid_payload\"");
        socket.text("{'topic':'lobby','event':'push','payload':{},'ref':'3'}");
        assertThat(socket.awaitText("'ref':'3'")).contains("\"status\":\"ok\"");
      }
    }

    @Test
    void whatFollowsTheFifthElementIsIgnored() {
      try (RawSocket socket = open("x")) {
        socket.text("['1','1','lobby','phx_join',{}]");
        socket.awaitText("'phx_reply'");
        socket.text("['1','2','lobby','push',{},1,['more']]");
        assertThat(socket.awaitText(",'2',")).contains("\"status\":\"ok\"");
      }
    }

    @Test
    void aJoinWithoutAJoinReferenceIsNamedByItsReference() {
      try (RawSocket socket = open("x")) {
        socket.text("[null,'1','lobby','phx_join',{}]");
        assertThat(socket.awaitText("'phx_reply'")).startsWith("[null,\"1\",");
        socket.text("[null,'2','lobby','push',{}]");
        assertThat(socket.awaitText(",'2',")).startsWith("[\"1\",\"2\",\"lobby\",\"phx_reply\"");
      }
    }

    @Test
    void aBinaryPushWithAnEmptyReferenceIsAnsweredWithIt() {
      try (RawSocket socket = open("x")) {
        socket.text("['1','1','lobby','phx_join',{}]");
        socket.awaitText("'phx_reply'");
        socket.frame(
            RawSocket.BINARY,
            HexFormat.of().parseHex("0001000504" + "31" + "6c6f626279" + "70757368" + "ff"));
        assertThat(socket.awaitText("'phx_reply'")).startsWith("[\"1\",\"\",\"lobby\"");
      }
    }

    @Test
    void theLastOfSeveralVersionsCounts() {
      try (RawSocket socket =
          RawSocket.open(node.port(), "/socket/x/websocket?vsn=1.0.0&vsn=2.0.0")) {
        socket.text("[null,'7','phoenix','heartbeat',{}]");
        assertThat(socket.awaitText("'7'")).startsWith("[null,\"7\",");
      }
    }

    @Test
    void aRefusedJoinCarriesItsJoinReference() {
      try (RawSocket socket = open("x")) {
        socket.text("['1','1','nowhere','phx_join',{}]");
        assertThat(socket.awaitText("'unknown_room'")).startsWith("[\"1\",\"1\",\"nowhere\"");
      }
    }

    @Test
    void theEndOfAV1ChannelNamesItsJoin() {
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket")) {
        socket.text("{'topic':'lobby','event':'phx_join','payload':{},'ref':'1'}");
        socket.awaitText("'ref':'1'");
        socket.text("{'topic':'lobby','event':'phx_join','payload':{},'ref':'2'}");
        assertThat(socket.awaitText("'phx_close'")).contains("\"ref\":\"1\"");
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
        assertThat(socket.awaitText(",'2',")).contains("\"status\":\"ok\"");
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
