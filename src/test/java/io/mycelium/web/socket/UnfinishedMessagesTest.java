package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are begun and not ended: a time for each, and a bound for all of a node. */
class UnfinishedMessagesTest {
  private static final int PART = 100_000;
  private static final String BEGIN = "[null,\"big\",\"phoenix\",\"heartbeat\",{\"x\":\"";

  private final List<RawSocket> sockets = new ArrayList<>();
  private TestNode node;
  private PhoenixSocket healthy;

  private void start(String transport, int seconds, int maxBytes) {
    Duration time = Duration.ofSeconds(30);
    SocketConfig config =
        new SocketConfig(time, time, 100, 8 << 20, Duration.ofSeconds(seconds), maxBytes, 1 << 30);
    node = TestNode.builder().transport(transport).socket(config).eventLoops(1).start();
    node.create("{'id':'x','type':'accumulative'}");
    healthy = node.connect("x");
    healthy.join("lobby");
  }

  @AfterEach
  void stop() {
    healthy.send("['1','last','lobby','push','still here']");
    assertThat(healthy.awaitReply("last").getJsonObject(4).getString("status")).isEqualTo("ok");
    sockets.forEach(RawSocket::close);
    node.close();
  }

  private RawSocket open() {
    RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0");
    sockets.add(socket);
    return socket;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One fragment of that many bytes; a pong says that it was taken. */
  private RawSocket fragmented() {
    RawSocket socket = open();
    socket.fragment(RawSocket.TEXT, bytes(BEGIN + "x".repeat(PART)));
    socket.frame(RawSocket.PING, (byte) 1).await(RawSocket.PONG);
    return socket;
  }

  private static void finish(RawSocket socket) {
    socket.frame(RawSocket.CONTINUATION, bytes("\"}]"));
    assertThat(socket.awaitText("'big'")).contains("\"status\":\"ok\"");
  }

  private static void assertClosed(RawSocket socket) {
    RawSocket.Frame close = socket.await(RawSocket.CLOSE);
    assertThat(close.status()).isEqualTo(4018);
    assertThat(close.reason()).isEqualTo("message_timeout");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aMessageThatDoesNotEndIsGivenUpWhateverComesBetween(String transport) {
    start(transport, 2, 1 << 20);
    RawSocket trickles = fragmented();
    RawSocket silent = open();
    silent.fragment(RawSocket.TEXT, (byte) '[');
    finish(fragmented());
    RawSocket.Frame frame = trickles.fragment(RawSocket.CONTINUATION, (byte) 'x').next();
    while (frame != null && frame.opcode() != RawSocket.CLOSE) {
      frame = trickles.next();
    }
    assertThat(frame).isNotNull();
    assertThat(frame.status()).isEqualTo(4018);
    assertClosed(silent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aboveTheNodesBoundTheOldestGoFirst(String transport) {
    start(transport, 3600, 10 * PART + PART / 2);
    List<RawSocket> open = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      open.add(fragmented());
    }
    open.subList(0, 15).forEach(UnfinishedMessagesTest::assertClosed);
    open.subList(15, 25).forEach(UnfinishedMessagesTest::finish);
    // All was given back: as many more have room.
    List<RawSocket> again = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      again.add(fragmented());
    }
    again.forEach(UnfinishedMessagesTest::finish);
    node.awaitConnections("x", 21);
  }

  /** Netty's decoder gathers a frame; only this transport sees how much of it. */
  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void aLargeFrameThatDoesNotEndCountsAsWell(String transport) {
    start(transport, 3600, 10 * PART + PART / 2);
    byte[] whole = RawSocket.encoded(0x81, true, bytes(BEGIN + "x".repeat(PART) + "\"}]"));
    List<RawSocket> open = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      RawSocket socket = open();
      socket.raw(java.util.Arrays.copyOf(whole, whole.length - 1));
      open.add(socket);
    }
    open.subList(0, 14).forEach(UnfinishedMessagesTest::assertClosed);
    RawSocket last = open.get(24).raw(whole[whole.length - 1]);
    assertThat(last.awaitText("'big'")).contains("\"status\":\"ok\"");
  }
}
