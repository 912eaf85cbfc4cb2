package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rooms in which some sockets have permessage-deflate and others have not. */
class CompressedRoomTest {
  private static final int MIN_BYTES = 200;
  private static final String V1 = "/socket/x/websocket?userId=u";
  private static final String V2 = V1 + "&vsn=2.0.0";

  private static final class Counts implements ConnectionMeters {
    private final AtomicInteger deflated = new AtomicInteger();
    private final AtomicInteger leftPlain = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();

    @Override
    public void deflated(int bytes, int compressed) {
      deflated.incrementAndGet();
    }

    @Override
    public void leftPlain() {
      leftPlain.incrementAndGet();
    }

    @Override
    public void deliveriesOut(int deliveries, long bytes) {
      sent.addAndGet(bytes);
    }
  }

  private final Counts counts = new Counts();
  private final List<RawSocket> sockets = new ArrayList<>();
  private final TestNode node =
      TestNode.builder()
          .eventLoops(1)
          .meters(counts)
          .socket(SocketConfig.DEFAULT.compressing(MIN_BYTES))
          .start();

  CompressedRoomTest() {
    node.create("{'id':'x','type':'accumulative','rooms':{'quiet':{'presence':'off'}}}");
  }

  @AfterEach
  void stop() {
    sockets.forEach(RawSocket::close);
    node.close();
  }

  private RawSocket join(String path, boolean deflates) {
    RawSocket socket =
        deflates
            ? RawSocket.offering(node.port(), path, "permessage-deflate; client_max_window_bits")
            : RawSocket.open(node.port(), path);
    sockets.add(socket);
    socket.text(
        path.equals(V2)
            ? "['1','1','quiet','phx_join',{}]"
            : "{'topic':'quiet','event':'phx_join','payload':{},'ref':'1'}");
    nextWith(socket, "\"state\"");
    return socket;
  }

  /** The next message, whole and plain. */
  private static String text(Frame frame) {
    if (!frame.deflated()) {
      return frame.text();
    }
    byte[] whole = Arrays.copyOf(frame.payload(), frame.payload().length + 4);
    Arrays.fill(whole, whole.length - 2, whole.length, (byte) 0xff);
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(whole);
      byte[] plain = new byte[1 << 20];
      return new String(plain, 0, inflater.inflate(plain), StandardCharsets.UTF_8);
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    } finally {
      inflater.end();
    }
  }

  private static Frame nextWith(RawSocket socket, String part) {
    for (Frame frame = socket.next(); frame != null; frame = socket.next()) {
      if (text(frame).contains(part)) {
        return frame;
      }
    }
    throw new AssertionError("the connection ended before " + part);
  }

  private static String push(int ref, String payload) {
    return "['1','p" + ref + "','quiet','push'," + payload + "]";
  }

  @Test
  void aMessageIsCompressedOnceForAllSocketsOfARoom() {
    List<RawSocket> deflating = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      deflating.add(join(V2, true));
    }
    RawSocket plain = join(V2, false);
    counts.deflated.set(0);
    counts.leftPlain.set(0);
    for (int i = 0; i < 20; i++) {
      plain.text(push(i, "'" + "text " + "abc ".repeat(300) + i + "'"));
    }
    List<String> seen = new ArrayList<>();
    while (seen.size() < 20) {
      seen.add(text(nextWith(plain, "\"msg\"")));
    }
    int compressed = 0;
    for (int i = 0; i < 20; i++) {
      Frame first = nextWith(deflating.get(0), "\"msg\"");
      assertThat(text(first)).isEqualTo(seen.get(i));
      compressed += first.deflated() ? 1 : 0;
      for (RawSocket other : deflating.subList(1, 30)) {
        Frame same = nextWith(other, "\"msg\"");
        assertThat(same.deflated()).isEqualTo(first.deflated());
        assertThat(same.payload()).isEqualTo(first.payload());
      }
    }
    assertThat(counts.deflated.get()).isEqualTo(compressed);
    assertThat(compressed + counts.leftPlain.get()).isEqualTo(20);
    assertThat(compressed).isPositive();
  }

  @Test
  void whereNobodyListensWithCompressionNothingIsCompressed() {
    RawSocket plain = join(V2, false);
    RawSocket left = join(V2, true);
    left.close();
    node.awaitConnections("x", 1);
    counts.deflated.set(0);
    plain.text(push(1, "'" + "abc ".repeat(1000) + "'"));
    assertThat(nextWith(plain, "\"msg\"").deflated()).isFalse();
    assertThat(counts.deflated).hasValue(0);
  }

  @Test
  void ownMessagesAreCompressedWhereTheyAreLarge() {
    RawSocket plain = join(V2, false);
    plain.text(push(1, "'" + "abc ".repeat(1000) + "'"));
    nextWith(plain, "\"p1\"");
    RawSocket late =
        RawSocket.offering(node.port(), V2, "permessage-deflate; server_max_window_bits=15");
    sockets.add(late);
    assertThat(late.answered("sec-websocket-extensions"))
        .isEqualTo(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
                + " server_max_window_bits=15");
    late.text("['1','1','quiet','phx_join',{}]");
    assertThat(nextWith(late, "phx_reply").deflated()).isFalse();
    Frame state = nextWith(late, "\"state\"");
    assertThat(state.deflated()).isTrue();
    assertThat(state.payload().length).isLessThan(400);
    assertThat(text(state)).contains("abc ".repeat(1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aMixedAudienceSeesTheSameMessages(long seed) {
    Random random = new Random(seed);
    List<RawSocket> second = List.of(join(V2, false), join(V2, true), join(V2, true));
    List<RawSocket> first = List.of(join(V1, false), join(V1, true));
    RawSocket late = null;
    int total = 60;
    for (int i = 0; i < total; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 << random.nextInt(random.nextInt(16) + 1);
      int variety = 1 + random.nextInt(60);
      while (text.length() < length) {
        text.append(
            random.nextInt(20) == 0
                ? "é𝄞"
                : String.valueOf((char) ('0' + random.nextInt(variety) % 40)));
      }
      RawSocket sender = second.get(random.nextInt(3));
      sender.text(push(i, "'" + text.toString().replaceAll("[<>\\\\]", ".") + "'"));
      if (i == total / 2) {
        late = join(V2, true);
      }
    }
    assertSame(second, total);
    assertSame(first, total);
    String end = null;
    for (RawSocket socket : List.of(late, join(V2, false))) {
      socket.text(push(1000, "'the end'"));
      end = text(nextWith(late, "the end"));
    }
    assertThat(end).contains("\"seq\":" + (total + 2));
  }

  private static void assertSame(List<RawSocket> sockets, int count) {
    for (int i = 0; i < count; i++) {
      String expected = text(nextWith(sockets.get(0), "\"msg\""));
      for (RawSocket other : sockets.subList(1, sockets.size())) {
        assertThat(text(nextWith(other, "\"msg\""))).isEqualTo(expected);
      }
    }
  }
}
