package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 6455 by raw frames, over both transports: the cases of Autobahn's groups 2 (pings), 3
 * (reserved bits), 4 (opcodes), 5 (fragments), 6 (UTF-8) and 7 (close). A heartbeat and its reply
 * stand in for Autobahn's echo.
 */
class WebSocketProtocolTest {
  private static final String HEARTBEAT = "[null,\"7\",\"phoenix\",\"heartbeat\",{}]";
  private static final String REPLY =
      "[null,\"7\",\"phoenix\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]";

  /** The cases; a subclass says over which transport. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Cases {
    private final String transport;
    private final Closings closings = new Closings();
    private TestNode node;

    Cases(String transport) {
      this.transport = transport;
    }

    @BeforeAll
    void startNode() {
      node = TestNode.builder().transport(transport).eventLoops(1).meters(closings).start();
      node.create("{'id':'x','type':'accumulative'}");
    }

    @AfterAll
    void stopNode() {
      node.close();
    }

    private RawSocket open() {
      return RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0");
    }

    private void assertAlive(RawSocket socket) {
      assertThat(socket.text(HEARTBEAT).await(RawSocket.TEXT).text()).isEqualTo(REPLY);
    }

    private void assertClosed(RawSocket socket, int... statuses) {
      Frame close = socket.await(RawSocket.CLOSE);
      assertThat(statuses).contains(close.status());
      socket.answer(close);
      assertThat(socket.isEnded()).isTrue();
      closings.await();
    }

    /** Vert.x may end the TCP connection of such a peer before the close frame arrives. */
    private void assertEnded(RawSocket socket) {
      if (transport.equals("netty")) {
        assertClosed(socket, 1002);
      } else {
        assertThat(socket.isEnded()).isTrue();
        assertThat(closings.await()).isNotEmpty();
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 124, 125})
    void aPingIsAnsweredWithItsData(int length) {
      try (RawSocket socket = open()) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) 0xfe);
        assertThat(socket.frame(RawSocket.PING, data).await(RawSocket.PONG).payload())
            .isEqualTo(data);
      }
    }

    @Test
    void manyPingsAreAnsweredInOrder() {
      try (RawSocket socket = open()) {
        for (byte i = 0; i < 10; i++) {
          socket.frame(RawSocket.PING, i);
        }
        for (byte i = 0; i < 10; i++) {
          assertThat(socket.await(RawSocket.PONG).payload()).containsExactly(i);
        }
      }
    }

    @Test
    void anUnaskedPongIsIgnored() {
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.PONG).frame(RawSocket.PONG, (byte) 1, (byte) 2);
        assertAlive(socket);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {RawSocket.PING, RawSocket.PONG, RawSocket.CLOSE})
    void aControlFrameOf126BytesEndsTheConnection(int opcode) {
      try (RawSocket socket = open()) {
        socket.frame(opcode, new byte[126]);
        assertClosed(socket, 1002);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {RawSocket.PING, RawSocket.PONG, RawSocket.CLOSE})
    void aFragmentedControlFrameEndsTheConnection(int opcode) {
      try (RawSocket socket = open()) {
        socket.fragment(opcode);
        assertClosed(socket, 1002);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10, 0x20, 0x40, 0x70})
    void aReservedBitEndsTheConnection(int bit) {
      try (RawSocket socket = open()) {
        socket.raw(
            RawSocket.encoded(
                0x80 | bit | RawSocket.TEXT, true, HEARTBEAT.getBytes(StandardCharsets.UTF_8)));
        assertClosed(socket, 1002);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    void aReservedOpcodeEndsTheConnection(int opcode) {
      try (RawSocket socket = open()) {
        assertAlive(socket);
        socket.frame(opcode);
        assertClosed(socket, 1002);
      }
    }

    @Test
    void anUnmaskedFrameEndsTheConnection() {
      try (RawSocket socket = open()) {
        socket.raw(
            RawSocket.encoded(
                0x80 | RawSocket.TEXT, false, HEARTBEAT.getBytes(StandardCharsets.UTF_8)));
        assertClosed(socket, 1002);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 20})
    void fragmentsAreJoined(int size) {
      try (RawSocket socket = open()) {
        fragments(socket, HEARTBEAT.getBytes(StandardCharsets.UTF_8), size, () -> {});
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
      }
    }

    @Test
    void emptyFragmentsAroundAMessageChangeNothing() {
      try (RawSocket socket = open()) {
        socket.fragment(RawSocket.TEXT);
        socket.fragment(RawSocket.CONTINUATION, HEARTBEAT.getBytes(StandardCharsets.UTF_8));
        socket.frame(RawSocket.CONTINUATION);
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
      }
    }

    private void fragments(RawSocket socket, byte[] message, int size, Runnable between) {
      int opcode = RawSocket.TEXT;
      for (int at = 0; at < message.length; at += size) {
        socket.fragment(
            opcode, Arrays.copyOfRange(message, at, Math.min(message.length, at + size)));
        between.run();
        opcode = RawSocket.CONTINUATION;
      }
      socket.frame(RawSocket.CONTINUATION);
    }

    @Test
    void aPingBetweenFragmentsIsAnsweredAtOnce() {
      try (RawSocket socket = open()) {
        byte[] message = HEARTBEAT.getBytes(StandardCharsets.UTF_8);
        fragments(
            socket,
            message,
            10,
            () ->
                assertThat(socket.frame(RawSocket.PING, (byte) 9).next().opcode())
                    .isEqualTo(RawSocket.PONG));
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
      }
    }

    @Test
    void twoFragmentedMessagesInARowAreTwoMessages() {
      try (RawSocket socket = open()) {
        byte[] message = HEARTBEAT.getBytes(StandardCharsets.UTF_8);
        fragments(socket, message, 16, () -> {});
        fragments(socket, message, 3, () -> {});
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
        assertAlive(socket);
      }
    }

    @Test
    void anOctetAtATimeIsEnough() {
      try (RawSocket socket = open()) {
        for (byte each :
            RawSocket.encoded(0x81, true, HEARTBEAT.getBytes(StandardCharsets.UTF_8))) {
          socket.raw(each);
        }
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY);
      }
    }

    @Test
    void aContinuationOfNothingEndsTheConnection() {
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.CONTINUATION, (byte) 'x');
        assertClosed(socket, 1002);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {RawSocket.TEXT, RawSocket.BINARY})
    void aNewMessageInsideAFragmentedOneEndsTheConnection(int opcode) {
      try (RawSocket socket = open()) {
        socket.fragment(RawSocket.TEXT, (byte) '[').frame(opcode, (byte) 'x');
        assertEnded(socket);
      }
    }

    @Test
    void aCharacterMayBeSplitBetweenFragments() {
      try (RawSocket socket = open()) {
        byte[] message =
            "[null,\"κ😀\",\"phoenix\",\"heartbeat\",{}]".getBytes(StandardCharsets.UTF_8);
        fragments(socket, message, 1, () -> {});
        assertThat(socket.await(RawSocket.TEXT).text()).isEqualTo(REPLY.replace("7", "κ😀"));
      }
    }

    /** Each sequence replaces a reference; named as in Markus Kuhn's decoder test. */
    @ParameterizedTest
    @CsvSource({
      "a continuation byte alone, 80",
      "a lead byte alone, c3",
      "an overlong slash, c0af",
      "an overlong slash of three, e080af",
      "a lone high surrogate, eda080",
      "a lone low surrogate, edb080",
      "a surrogate pair, eda080edb080",
      "above U+10FFFF, f4908080",
      "five bytes, f888808080",
      "FE, fe",
      "FF, ff"
    })
    void invalidUtf8EndsTheConnection(String name, String hex) {
      byte[] bad = java.util.HexFormat.of().parseHex(hex);
      byte[] message =
          "[null,\"XXX\",\"phoenix\",\"heartbeat\",{}]".getBytes(StandardCharsets.UTF_8);
      byte[] whole = new byte[message.length - 3 + bad.length];
      System.arraycopy(message, 0, whole, 0, 7);
      System.arraycopy(bad, 0, whole, 7, bad.length);
      System.arraycopy(message, 10, whole, 7 + bad.length, message.length - 10);
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.TEXT, whole);
        assertClosed(socket, 1007);
      }
      try (RawSocket socket = open()) {
        socket.fragment(RawSocket.TEXT, Arrays.copyOf(whole, 8));
        socket.frame(RawSocket.CONTINUATION, Arrays.copyOfRange(whole, 8, whole.length));
        assertClosed(socket, 1007);
      }
    }

    @ParameterizedTest
    @ValueSource(
        ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    void aCloseIsAnsweredWithItsStatus(int status) {
      try (RawSocket socket = open()) {
        socket.closeFrame(status, "good bye");
        assertClosed(socket, status);
      }
    }

    @Test
    void aCloseWithoutStatusIsAnswered() {
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.CLOSE);
        assertClosed(socket, 1000, 1005);
      }
    }

    @Test
    void theLongestReasonIsTaken() {
      try (RawSocket socket = open()) {
        socket.closeFrame(1000, "x".repeat(123));
        assertClosed(socket, 1000);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999})
    void aStatusThatNobodyMaySendEndsTheConnection(int status) {
      try (RawSocket socket = open()) {
        socket.closeFrame(status, "");
        assertClosed(socket, 1002);
      }
    }

    @Test
    void aCloseOfOneByteEndsTheConnection() {
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.CLOSE, (byte) 3);
        assertClosed(socket, 1002);
      }
    }

    @Test
    void aReasonThatIsNotUtf8EndsTheConnection() {
      try (RawSocket socket = open()) {
        socket.frame(RawSocket.CLOSE, (byte) 3, (byte) 0xe8, (byte) 0xce, (byte) 0xba, (byte) 0xff);
        assertClosed(socket, 1002, 1007);
      }
    }

    @Test
    void whatComesBehindACloseIsIgnored() {
      try (RawSocket socket = open()) {
        byte[] close = RawSocket.encoded(0x88, true, (byte) 3, (byte) 0xe8);
        byte[] text = RawSocket.encoded(0x81, true, HEARTBEAT.getBytes(StandardCharsets.UTF_8));
        byte[] ping = RawSocket.encoded(0x89, true);
        byte[] all = new byte[close.length + text.length + ping.length];
        System.arraycopy(close, 0, all, 0, close.length);
        System.arraycopy(text, 0, all, close.length, text.length);
        System.arraycopy(ping, 0, all, close.length + text.length, ping.length);
        socket.raw(all);
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.CLOSE);
        assertThat(socket.next()).isNull();
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {125, 126, 127, 128, 65_535, 65_536, 65_537})
    void messagesOfEveryLengthFormAreTaken(int length) {
      try (RawSocket socket = open()) {
        String filler =
            HEARTBEAT.replace("{}", "\"" + "*".repeat(length - HEARTBEAT.length()) + "\"");
        assertThat(filler.length()).isEqualTo(length);
        assertThat(socket.text(filler).await(RawSocket.TEXT).text()).isEqualTo(REPLY);
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
