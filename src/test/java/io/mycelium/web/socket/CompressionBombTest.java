package io.mycelium.web.socket;

import static io.mycelium.testing.Besieged.drain;
import static io.mycelium.testing.Besieged.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Besieged;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Compressed messages that are a thousand times as large once they are inflated. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompressionBombTest {
  private static final String SIEGE = "/socket/siege/websocket?vsn=2.0.0";
  private static final int COMPRESSED_TEXT = 0xc1;

  private Besieged node;

  @BeforeAll
  void start() {
    node = new Besieged(Map.of("MYCELIUM_SOCKET_COMPRESSION", "true"));
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @AfterEach
  void nobodyElseNotices() {
    node.assertUnharmed();
  }

  private RawSocket open() {
    return RawSocket.offering(node.port(), SIEGE, "permessage-deflate");
  }

  private static byte[] bomb(String begin, int length, String end) {
    byte[] text = (begin + "x".repeat(length) + end).getBytes(StandardCharsets.UTF_8);
    return RawSocket.encoded(COMPRESSED_TEXT, true, InflationTest.deflated(text, 9));
  }

  private static void sendAll(RawSocket socket, byte[] bytes, int times) {
    try {
      for (int i = 0; i < times; i++) {
        socket.raw(bytes);
      }
    } catch (UncheckedIOException e) {
      // It was closed, as it may be.
    }
  }

  @Test
  void aMessageAboveTheLimitIsGivenUpAtTheLimit() {
    byte[] bomb = bomb("[null,\"1\",\"phoenix\",\"heartbeat\",\"", 20 << 20, "\"]");
    List<CompletableFuture<List<Frame>>> drained = new ArrayList<>();
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < Math.max(20, scaled(400)); i++) {
      RawSocket socket = open();
      sockets.add(socket);
      drained.add(drain(socket, "phx_reply"));
      sendAll(socket, bomb, 1);
    }
    for (CompletableFuture<List<Frame>> each : drained) {
      List<Frame> frames = each.join();
      Frame last = frames.get(frames.size() - 1);
      assertThat(last.opcode()).isEqualTo(RawSocket.CLOSE);
      assertThat(last.status()).isEqualTo(1009);
    }
    sockets.forEach(RawSocket::close);
  }

  /** A kilobyte each, as many as the peer can send: nobody else waits for the event loop. */
  @Test
  void messagesThatGrowToTheLimitGetAShareOfTheTime() {
    byte[] bomb = bomb("[null,\"1\",\"phoenix\",\"heartbeat\",\"", (1 << 20) - 100, "\"]");
    assertThat(bomb.length).isLessThan(1300);
    byte[] many = new byte[50 * bomb.length];
    for (int i = 0; i < 50; i++) {
      System.arraycopy(bomb, 0, many, i * bomb.length, bomb.length);
    }
    List<RawSocket> sockets = new ArrayList<>();
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < Math.max(8, scaled(100)); i++) {
      RawSocket socket = open();
      sockets.add(socket);
      drain(socket, "never");
      writers.add(CompletableFuture.runAsync(() -> sendAll(socket, many, 20)));
    }
    for (int i = 0; i < 5; i++) {
      node.assertUnharmed();
    }
    sockets.forEach(RawSocket::close);
    writers.forEach(CompletableFuture::join);
  }

  /** Compressed fragments are kept as they came, and count among the messages without an end. */
  @Test
  void bombsWithoutEndAreHeldCompressed() {
    byte[] bomb =
        InflationTest.deflated(
            ("[\"" + "x".repeat(20 << 20)).getBytes(StandardCharsets.US_ASCII), 9);
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < Math.max(50, scaled(1000)); i++) {
      RawSocket socket = open();
      socket.raw(RawSocket.encoded(0x41, true, bomb));
      socket.frame(RawSocket.PING, (byte) 1).await(RawSocket.PONG);
      sockets.add(socket);
    }
    node.assertUnharmed();
    sockets.forEach(RawSocket::close);
  }
}
