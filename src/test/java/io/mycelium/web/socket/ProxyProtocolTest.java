package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.limits.LimitsConfig;
import io.mycelium.testing.Guards;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code web.proxy_protocol}: whose a connection is says its first line, or its first bytes. */
class ProxyProtocolTest {
  private static final LimitsConfig D = LimitsConfig.DEFAULT;
  private static final LimitsConfig TWO_OF_AN_ADDRESS =
      new LimitsConfig(
          D.maxMessagesPerSecond(),
          D.messageBurst(),
          D.maxBytesPerSecond(),
          D.burstBytes(),
          D.maxJoinsPerSecond(),
          D.joinBurst(),
          0,
          0,
          0,
          0,
          0,
          1,
          2,
          0);

  private static byte[] version1(String from) {
    return ("PROXY TCP4 " + from + " 192.0.2.1 4711 4000\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] version2(String from) {
    return ByteBuffer.allocate(28)
        .put(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a})
        .put(new byte[] {0x21, 0x11, 0, 12})
        .put(Network.address(from))
        .put(Network.address("192.0.2.1"))
        .putShort((short) 4711)
        .putShort((short) 4000)
        .array();
  }

  @Test
  void connectionsCountAsTheProxySays() {
    List<RawSocket> sockets = new ArrayList<>();
    try (TestNode node =
        TestNode.builder().guards(Guards.limits(TWO_OF_AN_ADDRESS).withProxyProtocol()).start()) {
      node.create("{'id':'x','type':'accumulative'}");
      List<String> statuses = new ArrayList<>();
      for (byte[] header :
          List.of(
              version1("198.51.100.1"),
              version2("198.51.100.1"),
              version2("198.51.100.1"),
              version1("198.51.100.1"),
              version2("198.51.100.2"))) {
        RawSocket socket = RawSocket.tcp(node.port()).raw(header);
        sockets.add(socket);
        statuses.add(socket.request(RawSocket.upgrade("/socket/x/websocket")).split(" ")[1]);
      }
      assertThat(statuses).containsExactly("101", "101", "503", "503", "101");
      sockets.forEach(RawSocket::close);
    }
  }
}
