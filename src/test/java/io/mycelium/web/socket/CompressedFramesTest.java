package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames with the reserved bit of permessage-deflate (RFC 7692 section 6), and with others. */
class CompressedFramesTest {
  private static final String PATH = "/socket/x/websocket?vsn=2.0.0";
  private static final int FINAL = 0x80;
  private static final int RSV1 = 0x40;
  private static final int MAX = 100_000;

  private TestNode node;
  private RawSocket socket;

  @BeforeEach
  void start() {
    node =
        TestNode.builder()
            .eventLoops(1)
            .maxMessageBytes(MAX)
            .socket(SocketConfig.DEFAULT.compressing(200_000))
            .start();
    node.create("{'id':'x','type':'accumulative','config':{'max_bytes_per_second':100000}}");
    socket = RawSocket.offering(node.port(), PATH, "permessage-deflate");
  }

  @AfterEach
  void stop() {
    socket.close();
    node.close();
  }

  private static byte[] deflated(String text) {
    return InflationTest.deflated(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 6);
  }

  private static String heartbeat(int ref, String x) {
    return "[null,'h" + ref + "','phoenix','heartbeat',{'x':'" + x + "'}]";
  }

  private void send(int first, byte... payload) {
    socket.raw(RawSocket.encoded(first, true, payload));
  }

  private void assertClosed(int status) {
    assertThat(socket.await(RawSocket.CLOSE).status()).isEqualTo(status);
    assertThat(socket.isEnded()).isTrue();
  }

  @Test
  void compressedAndPlainMessagesArriveInOrder() {
    for (int i = 0; i < 40; i++) {
      if (i % 3 == 0) {
        socket.text(heartbeat(i, "plain"));
      } else {
        send(FINAL | RSV1 | RawSocket.TEXT, deflated(heartbeat(i, "x".repeat(i * 50))));
      }
    }
    for (int i = 0; i < 40; i++) {
      assertThat(socket.await(RawSocket.TEXT).text()).contains("\"h" + i + "\"", "\"ok\"");
    }
  }

  @Test
  void fragmentsOfACompressedMessageAreJoined() {
    byte[] whole = deflated(heartbeat(1, "fragmented é".repeat(20)));
    send(RSV1 | RawSocket.TEXT, Arrays.copyOf(whole, 3));
    for (int i = 3; i < whole.length - 1; i++) {
      send(RawSocket.CONTINUATION, whole[i]);
      send(FINAL | RawSocket.PING, (byte) i);
    }
    send(FINAL | RawSocket.CONTINUATION, whole[whole.length - 1]);
    assertThat(socket.await(RawSocket.TEXT).text()).contains("\"h1\"", "\"ok\"");
    // The next message is plain again, fragmented or not.
    byte[] plain = heartbeat(2, "").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    send(RawSocket.TEXT, Arrays.copyOf(plain, 5));
    send(FINAL | RawSocket.CONTINUATION, Arrays.copyOfRange(plain, 5, plain.length));
    assertThat(socket.await(RawSocket.TEXT).text()).contains("\"h2\"", "\"ok\"");
  }

  @Test
  void binaryMessagesMayBeCompressed() {
    socket.text("['1','1','lobby','phx_join',{}]").awaitText("phx_reply");
    byte[] push = new byte[5 + 1 + 1 + 5 + 4 + 3];
    System.arraycopy(new byte[] {0, 1, 1, 5, 4}, 0, push, 0, 5);
    System.arraycopy("12lobbypush".getBytes(StandardCharsets.US_ASCII), 0, push, 5, 11);
    send(FINAL | RSV1 | RawSocket.BINARY, InflationTest.deflated(push, 6));
    assertThat(socket.await(RawSocket.BINARY).payload()).endsWith(0, 0, 0);
  }

  /** RSV2, RSV3, and RSV1 where none may be: in a control frame, in a continuation. */
  @ParameterizedTest
  @ValueSource(ints = {0xa1, 0x91, 0xf1, 0xe2, 0xc9, 0xca, 0xc8})
  void otherReservedBitsAreAgainstTheProtocol(int first) {
    send(first, (byte) 0);
    assertClosed(1002);
  }

  @Test
  void aContinuationHasNoReservedBit() {
    send(RSV1 | RawSocket.TEXT, (byte) 0);
    send(FINAL | RSV1 | RawSocket.CONTINUATION, (byte) 0);
    assertClosed(1002);
  }

  @Test
  void whoDidNotNegotiateItHasNoReservedBits() {
    try (RawSocket other = RawSocket.open(node.port(), PATH)) {
      assertThat(other.answered("sec-websocket-extensions")).isNull();
      other.raw(RawSocket.encoded(0xc1, true, deflated(heartbeat(1, ""))));
      assertThat(other.await(RawSocket.CLOSE).status()).isEqualTo(1002);
    }
  }

  @Test
  void whatIsNoDeflateIsAgainstTheProtocol() {
    send(FINAL | RSV1 | RawSocket.TEXT, (byte) 0xff, (byte) 0xff, (byte) 0xff);
    assertClosed(1002);
  }

  @Test
  void whatIsNoUtf8OnceInflatedIsInvalid() {
    send(
        FINAL | RSV1 | RawSocket.TEXT,
        InflationTest.deflated(new byte[] {'[', (byte) 0xff, ']'}, 6));
    assertClosed(1007);
  }

  @Test
  void aMessageThatInflatesToMoreThanItMayIsTooLarge() {
    send(FINAL | RSV1 | RawSocket.TEXT, deflated(heartbeat(1, "x".repeat(MAX - 100))));
    assertThat(socket.await(RawSocket.TEXT).text()).contains("\"h1\"");
    send(FINAL | RSV1 | RawSocket.TEXT, deflated(heartbeat(2, "x".repeat(MAX))));
    assertClosed(1009);
  }

  @Test
  void compressedFragmentsThatAreTooLongTogetherAreTooLarge() {
    byte[] noise = new byte[60_000];
    new Random(1).nextBytes(noise);
    send(RSV1 | RawSocket.TEXT, noise);
    send(RawSocket.CONTINUATION, noise);
    assertClosed(1009);
  }

  @Test
  void bytesASecondAreThoseOfTheInflatedMessages() {
    byte[] large = deflated(heartbeat(1, "x".repeat(90_000)));
    assertThat(large.length).isLessThan(1000);
    for (int i = 0; i < 5; i++) {
      send(FINAL | RSV1 | RawSocket.TEXT, large);
    }
    assertThat(socket.awaitText("rate_limited")).contains("more than 100000 bytes a second");
  }
}
