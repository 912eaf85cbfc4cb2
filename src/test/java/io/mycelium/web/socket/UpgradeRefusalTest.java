package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An upgrade that is refused is answered while it is HTTP. Over both transports. */
class UpgradeRefusalTest {
  /** The cases; a subclass says over which transport. */
  abstract static class Cases extends WireCases {
    Cases(String transport) {
      super(transport);
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
