package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Identity;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upgrades that no browser asks for. Over both transports. */
class HostileUpgradesTest {
  abstract static class Cases extends WireCases {
    Cases(String transport) {
      super(transport);
    }

    private void assertSomebodyElseIsServed() {
      try (RawSocket other = open("x")) {
        assertAlive(other);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "8", "12", "14", "-1", "13.0", "13, 8", "", "x"})
    void onlyRfc6455IsSpokenWithOrWithoutAnUpgrade(String version) {
      String head =
          RawSocket.upgrade("/socket/x/websocket?vsn=2.0.0")
              .replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: " + version);
      for (String each : new String[] {head, head.replace("Upgrade: websocket\r\n", "")}) {
        try (RawSocket socket = RawSocket.tcp(node.port())) {
          assertThat(socket.request(each)).matches("HTTP/1.. 4.. .*");
        }
      }
      assertSomebodyElseIsServed();
    }

    @Test
    void theOldestDraftIsRefusedToo() {
      String head =
          "GET /socket/x/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
              + "Upgrade: WebSocket\r\nOrigin: http://localhost\r\n"
              + "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
              + "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n\r\n^n:ds[4U";
      try (RawSocket socket = RawSocket.tcp(node.port())) {
        assertThat(socket.request(head)).matches("HTTP/1.. 4.. .*");
      }
      assertSomebodyElseIsServed();
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 48", "Transfer-Encoding: chunked"})
    void theBodyOfAnUpgradeIsNoSecondRequest(String header) {
      String head =
          RawSocket.upgrade("/socket/x/websocket?vsn=2.0.0")
              .replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n");
      String smuggled = "DELETE /api/v1/instances/tight HTTP/1.1\r\nHost: a\r\n\r\n";
      try (RawSocket socket = RawSocket.tcp(node.port())) {
        socket.request(head + smuggled);
      }
      assertSomebodyElseIsServed();
      assertThat(TestNode.await(node.directory().get("tight")).getString("id")).isEqualTo("tight");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsDoneBeforeItIsKnownWhoAsks(boolean admitted) throws Exception {
      BlockingQueue<Promise<Identity>> asked = new LinkedBlockingQueue<>();
      Authenticators late =
          Authenticators.both(
              request -> {
                Promise<Identity> answer = Promise.promise();
                asked.add(answer);
                return answer.future();
              });
      try (TestNode slow =
              TestNode.builder().transport(transport).eventLoops(1).authenticators(late).start();
          RawSocket socket = RawSocket.tcp(slow.port())) {
        slow.create("{'id':'x','type':'accumulative'}");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(
            RawSocket.upgrade("/socket/x/websocket?vsn=2.0.0").getBytes(StandardCharsets.US_ASCII));
        for (String text :
            new String[] {
              "[\"1\",\"1\",\"lobby\",\"phx_join\",{}]", "[\"1\",\"2\",\"lobby\",\"push\",1]"
            }) {
          all.writeBytes(RawSocket.encoded(0x81, true, text.getBytes(StandardCharsets.US_ASCII)));
        }
        socket.raw(all.toByteArray());
        Promise<Identity> answer = asked.poll(20, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        // What was sent along has been read by now, or waits in the kernel: a round trip later.
        JsonObject meanwhile = TestNode.await(slow.directory().get("x"));
        assertThat(meanwhile.getInteger("connections")).isZero();
        assertThat(meanwhile.getInteger("channels", 0)).isZero();
        if (admitted) {
          answer.complete(Identity.everything("ada"));
        } else {
          answer.fail(new Refusal(ErrorCode.UNAUTHORIZED, "nobody knows you"));
          assertThat(socket.request("")).startsWith("HTTP/1.1 401");
          JsonObject state =
              new JsonObject(TestNode.await(slow.directory().state("x", "lobby", -1)));
          assertThat(state.getLong("seq")).isZero();
        }
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
