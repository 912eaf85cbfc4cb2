package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Idle peers are pinged; silent, dead and slow ones are found. Over both transports. */
class LivenessTest {
  /** The cases; a subclass says over which transport. */
  abstract static class Cases extends WireCases {
    Cases(String transport) {
      super(transport);
    }

    @Test
    void aSilentPeerIsPingedAndThenDropped() {
      try (RawSocket socket = open("pinged")) {
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.PING);
        assertClosed(socket, 4008, "ping_timeout");
      }
    }

    @Test
    void aPeerThatOnlyAnswersPingsIsKept() {
      try (RawSocket socket = open("pinged")) {
        for (int i = 0; i < 3; i++) {
          socket.frame(RawSocket.PONG, socket.await(RawSocket.PING).payload());
        }
        assertAlive(socket);
      }
    }

    @Test
    void aSocketThatDiesWithoutACloseLeaves() {
      try (RawSocket watcher =
          RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0&userId=ada")) {
        join(watcher, "a");
        try (RawSocket dying =
            RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0&userId=bob")) {
          join(dying, "a");
          watcher.awaitText("'bob':{'metas'");
        }
        assertThat(watcher.awaitText("'leaves':{'bob'")).contains("presence_diff");
      }
    }

    @Test
    void aPeerThatNeverReadsIsCutOffAndTheOthersAreServed() {
      node.create("{'id':'flood','type':'accumulative','config':{'history':0},'rooms':{'a':{}}}");
      try (RawSocket slow = open("flood");
          RawSocket other = open("flood")) {
        slow.text("['1','1','a','phx_join',{}]");
        assertThat(slow.next().opcode()).isEqualTo(RawSocket.TEXT);
        join(other, "a");
        String payload = "'" + "x".repeat(60_000) + "'";
        for (int ref = 1; !"slow_consumer".equals(closings.poll()); ref++) {
          other.text("['1','p" + ref + "','a','push'," + payload + "]");
          assertThat(other.awaitText("'p" + ref + "'")).contains("\"status\":\"ok\"");
          assertThat(ref).as("pushes of 60 kB that a peer got that reads nothing").isLessThan(1000);
        }
        assertAlive(other);
      }
    }
  }

  @Test
  void theServersPingIntervalCountsWhereTheInstanceHasNone() {
    SocketConfig quick =
        new SocketConfig(Duration.ofSeconds(1), Duration.ofSeconds(1), 100, 8 << 20);
    Closings closings = new Closings();
    try (TestNode node = TestNode.builder().socket(quick).meters(closings).start()) {
      node.create("{'id':'x','type':'accumulative'}");
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.PING);
        assertThat(socket.next().status()).isEqualTo(4008);
        assertThat(closings.await()).isEqualTo("ping_timeout");
      }
    }
  }

  /** With a timeout that is longer than a socket of the tests waits for a frame. */
  @Test
  void anIdlePeerIsPingedAfterTheIntervalAgainHoweverLongItsAnswerMayTake() {
    SocketConfig patient =
        new SocketConfig(Duration.ofSeconds(1), Duration.ofHours(1), 100, 8 << 20);
    try (TestNode node = TestNode.builder().socket(patient).start()) {
      node.create("{'id':'x','type':'accumulative'}");
      try (RawSocket socket = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
        socket.frame(RawSocket.PONG, socket.await(RawSocket.PING).payload());
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.PING);
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
