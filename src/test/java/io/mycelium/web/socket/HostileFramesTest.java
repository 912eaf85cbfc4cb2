package io.mycelium.web.socket;

import static io.mycelium.testing.Besieged.drain;
import static io.mycelium.testing.Besieged.scaled;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Besieged;
import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that no client library sends, in numbers: each attack on a server of its own. */
class HostileFramesTest {
  private static final String SIEGE = "/socket/siege/websocket?vsn=2.0.0";
  private static final byte[] NOTHING = {};

  private Besieged node;

  @BeforeEach
  void start() {
    node = new Besieged();
  }

  @AfterEach
  void nobodyElseNotices(TestInfo attack) {
    try (Besieged besieged = node) {
      besieged.assertOver(attack.getTestMethod().orElseThrow().getName());
    }
  }

  private RawSocket joined() {
    RawSocket socket = RawSocket.open(node.port(), SIEGE);
    socket.text("['1','1','lobby','phx_join',{}]").awaitText("phx_reply");
    return socket;
  }

  private static String last(CompletableFuture<List<Frame>> drained) {
    List<Frame> frames = drained.join();
    assertThat(frames).isNotEmpty();
    Frame last = frames.get(frames.size() - 1);
    return last.opcode() == RawSocket.CLOSE ? "closed " + last.reason() : last.text();
  }

  /** Sends, whatever the server makes of it meanwhile. */
  private static void sendAll(RawSocket socket, byte[] bytes, int times) {
    try {
      for (int i = 0; i < times; i++) {
        socket.raw(bytes);
      }
    } catch (UncheckedIOException e) {
      // It was closed, as it may be.
    }
  }

  private static byte[] repeated(byte[] frame, int times) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(frame.length * times);
    for (int i = 0; i < times; i++) {
      all.writeBytes(frame);
    }
    return all.toByteArray();
  }

  @Test
  void messagesOfOneByteFragmentsArriveFromManyAtOnce() {
    int length = scaled(130_000);
    byte[] text =
        ("[\"1\",\"2\",\"lobby\",\"push\",\"" + "x".repeat(length) + "\"]")
            .getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int i = 0; i < text.length; i++) {
      int first = (i == 0 ? RawSocket.TEXT : 0) | (i == text.length - 1 ? 0x80 : 0);
      frames.writeBytes(RawSocket.encoded(first, true, text[i]));
    }
    List<RawSocket> sockets = new ArrayList<>();
    List<CompletableFuture<List<Frame>>> drained = new ArrayList<>();
    for (int i = 0; i < Math.max(4, scaled(60)); i++) {
      RawSocket socket = joined();
      sockets.add(socket);
      drained.add(drain(socket, "\"1\",\"2\",\"lobby\",\"phx_reply\""));
    }
    List<CompletableFuture<Void>> writers =
        sockets.stream()
            .map(s -> CompletableFuture.runAsync(() -> sendAll(s, frames.toByteArray(), 1)))
            .toList();
    writers.forEach(CompletableFuture::join);
    for (CompletableFuture<List<Frame>> each : drained) {
      assertThat(last(each)).contains("\"status\":\"ok\"");
    }
    sockets.forEach(RawSocket::close);
  }

  @Test
  void emptyFragmentsWithoutEndAreNothing() {
    try (RawSocket socket = joined()) {
      CompletableFuture<List<Frame>> drained = drain(socket, "\"2\"");
      byte[] text = "[\"1\",\"2\",\"lobby\",\"push\",1]".getBytes(StandardCharsets.UTF_8);
      socket.fragment(RawSocket.TEXT, text);
      byte[] thousand = repeated(RawSocket.encoded(0, true, NOTHING), 1000);
      sendAll(socket, thousand, scaled(1_000_000) / 1000);
      sendAll(socket, RawSocket.encoded(0x80, true, NOTHING), 1);
      assertThat(last(drained)).containsAnyOf("\"status\":\"ok\"", "closed");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {RawSocket.PING, RawSocket.PONG})
  void floodOfControlFramesIsAnsweredOrEnded(int opcode) {
    try (RawSocket socket = joined()) {
      CompletableFuture<List<Frame>> drained = drain(socket, "\"alive\"");
      byte[] thousand = repeated(RawSocket.encoded(0x80 | opcode, true, NOTHING), 1000);
      sendAll(socket, thousand, scaled(13_000_000) / 1000);
      sendAll(
          socket,
          RawSocket.encoded(0x81, true, "[null,\"alive\",\"phoenix\",\"heartbeat\",{}]".getBytes()),
          1);
      assertThat(last(drained)).containsAnyOf("\"status\":\"ok\"", "closed");
    }
  }

  @Test
  void pongsThatNobodyReadsFillNothing() throws InterruptedException {
    byte[] payload = new byte[125];
    byte[] thousand = repeated(RawSocket.encoded(0x80 | RawSocket.PING, true, payload), 1000);
    try (RawSocket socket = joined()) {
      Thread writer = new Thread(() -> sendAll(socket, thousand, scaled(13_000_000) / 1000));
      writer.start();
      writer.join(5000);
      // Either it was closed as slow, or the server has stopped reading: both are a bound.
      node.assertUnharmed();
      socket.close();
      writer.join();
    }
  }

  @Test
  void messagesThatDoNotEndAreGivenUpTheOldestFirst() {
    int count = Math.max(100, scaled(1000));
    byte[] most = new byte[(1 << 20) - 100];
    Arrays.fill(most, (byte) 'x');
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawSocket socket = RawSocket.open(node.port(), SIEGE);
      sendAll(socket, RawSocket.encoded(RawSocket.TEXT, true, most), 1);
      sockets.add(socket);
    }
    // The node's bound is 16 MiB: what is above it is closed, and all but one may be closed so far.
    for (RawSocket socket : sockets.subList(0, count - 70)) {
      Frame close = socket.await(RawSocket.CLOSE);
      assertThat(close.reason()).isEqualTo("message_timeout");
    }
    node.assertUnharmed();
    sockets.forEach(RawSocket::close);
  }

  @Test
  void nestingWithoutEndIsRefused() {
    String deep = "[".repeat(1 << 20);
    int room = (1 << 20) - 64;
    for (String text :
        List.of(
            deep,
            "[\"1\",\"2\",\"lobby\",\"push\"," + "[".repeat(room),
            "[\"1\",\"2\",\"lobby\",\"push\"," + "[".repeat(room / 2) + "]".repeat(room / 2) + "]",
            "[\"1\",\"2\",\"lobby\",\"phx_join\"," + "{\"a\":".repeat(room / 5),
            "{\"a\":".repeat(room / 5),
            "[".repeat(300) + "]".repeat(300))) {
      try (RawSocket socket = joined()) {
        CompletableFuture<List<Frame>> drained = drain(socket, "phx_reply");
        sendAll(socket, RawSocket.encoded(0x81, true, text.getBytes(StandardCharsets.US_ASCII)), 1);
        sendAll(
            socket,
            RawSocket.encoded(
                0x81, true, "[null,\"alive\",\"phoenix\",\"heartbeat\",{}]".getBytes()),
            1);
        assertThat(last(drained)).containsAnyOf("phx_reply", "closed");
      }
    }
  }

  @Test
  void lengthsThatLieAreNotBelieved() {
    Random random = new Random(17);
    for (int i = 0; i < 100 + scaled(4000); i++) {
      try (RawSocket socket = RawSocket.open(node.port(), SIEGE)) {
        if (i % 2 == 0) {
          sendAll(socket, frameThatPromises(random), 1);
        } else {
          // Binary, version 2: kind, lengths of join_ref, ref, topic and event, then these.
          byte[] push = new byte[random.nextInt(40)];
          random.nextBytes(push);
          if (push.length > 0) {
            push[0] = (byte) random.nextInt(4);
          }
          sendAll(socket, RawSocket.encoded(0x82, true, push), 1);
        }
      }
    }
  }

  private static byte[] frameThatPromises(Random random) {
    byte[] header = new byte[14 + random.nextInt(20)];
    random.nextBytes(header);
    header[0] = (byte) (0x80 | random.nextInt(16));
    header[1] = (byte) (0x80 | (random.nextBoolean() ? 127 : 126));
    return header;
  }

  @Test
  void readersThatDoNotReadLargeMessagesCostNobodyElse() {
    List<DeafSocket> deaf = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      deaf.add(
          new DeafSocket(node.port(), "siege")
              .send("['1','1','lobby','phx_join',{}]")
              .awaitText("phx_reply"));
    }
    try (RawSocket socket = joined()) {
      String large = "x".repeat(100 << 10);
      for (int i = 0; i < Math.max(40, scaled(400)); i++) {
        socket.text("['1','p" + i + "','lobby','push','" + large + "']");
        socket.awaitText("'p" + i + "'");
      }
      node.assertUnharmed();
    }
    deaf.forEach(DeafSocket::die);
  }
}
