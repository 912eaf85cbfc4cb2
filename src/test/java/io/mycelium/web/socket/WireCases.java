package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.GatewayConfig;
import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * A node with low limits over one transport, and the repeated requests of tests of errors on the
 * wire.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WireCases {
  static final int INSTANCE_LIMIT = 2048;
  static final int SERVER_LIMIT = 65_536;

  final String transport;
  final Closings closings = new Closings();
  final GateType gate = new GateType();
  TestNode node;

  WireCases(String transport) {
    this.transport = transport;
  }

  @BeforeAll
  void startNode() {
    node =
        TestNode.builder()
            .transport(transport)
            .eventLoops(1)
            .maxMessageBytes(SERVER_LIMIT)
            .meters(closings)
            .types(gate)
            .socket(new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 3, 64 << 10))
            .gateway(new GatewayConfig(4, 4096, 6, 1 << 20, Duration.ofSeconds(10)))
            .start();
    node.create("{'id':'x','type':'accumulative','rooms':{'a':{},'b':{},'c':{}}}");
    node.create(
        "{'id':'tight','type':'accumulative','config':{'max_message_bytes':"
            + INSTANCE_LIMIT
            + "}}");
    node.create("{'id':'gate','type':'gate'}");
    node.create(
        "{'id':'pinged','type':'accumulative','config':{'ping_interval':1,'ping_timeout':1}}");
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  RawSocket open(String instance) {
    return RawSocket.open(node.port(), "/socket/" + instance + "/websocket?vsn=2.0.0");
  }

  static void assertAlive(RawSocket socket) {
    socket.text("[null,'alive','phoenix','heartbeat',{}]");
    assertThat(socket.awaitText("'alive'")).contains("\"status\":\"ok\"");
  }

  void assertClosed(RawSocket socket, int status, String reason) {
    Frame close = socket.await(RawSocket.CLOSE);
    assertThat(close.status()).isEqualTo(status);
    assertThat(close.reason()).isEqualTo(reason);
    socket.answer(close);
    assertThat(socket.isEnded()).isTrue();
    closings.await(reason);
  }

  /**
   * The error reply to that reference; it has a reason, a message for people, and nothing of Java
   * in it.
   */
  static JsonObject error(RawSocket socket, String ref) {
    JsonArray reply = new JsonArray(socket.awaitText("," + ref + ","));
    assertThat(reply.getString(3)).isEqualTo("phx_reply");
    assertThat(reply.getJsonObject(4).getString("status")).isEqualTo("error");
    JsonObject response = reply.getJsonObject(4).getJsonObject("response");
    assertThat(response.getString("message"))
        .isNotBlank()
        .doesNotContain("java", "io.mycelium", "\tat ", "Exception");
    return response;
  }

  static void join(RawSocket socket, String room) {
    socket.text("['1','join-" + room + "','" + room + "','phx_join',{}]");
    assertThat(socket.awaitText("'join-" + room + "'")).contains("\"status\":\"ok\"");
  }
}
