package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Commands that wait for their answers are bounded per connection and per instance. Over both
 * transports.
 */
class OverloadTest {
  /** The cases; a subclass says over which transport. */
  abstract static class Cases extends WireCases {
    Cases(String transport) {
      super(transport);
    }

    @Test
    void pushesBeyondTheConnectionsUnackedCountAreOverloaded() {
      try (RawSocket socket = open("gate")) {
        join(socket, "lobby");
        gate.shut();
        for (int ref = 1; ref <= 5; ref++) {
          socket.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        JsonObject response = error(socket, "'5'");
        assertThat(response.getString("reason")).isEqualTo("overloaded");
        assertThat(response.getBoolean("retryable")).isTrue();
        assertAlive(socket);
        gate.open();
        assertThat(socket.awaitText("'4'")).contains("\"status\":\"ok\"");
        socket.text("['1','6','lobby','push',6]");
        assertThat(socket.awaitText("'6'")).contains("\"status\":\"ok\"");
      }
    }

    @Test
    void pushesBeyondTheConnectionsUnackedBytesAreOverloaded() {
      try (RawSocket socket = open("gate")) {
        join(socket, "lobby");
        gate.shut();
        String payload = "'" + "x".repeat(3000) + "'";
        socket.text("['1','1','lobby','push'," + payload + "]");
        socket.text("['1','2','lobby','push'," + payload + "]");
        assertThat(error(socket, "'2'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(socket.awaitText("'1'")).contains("\"status\":\"ok\"");
        assertAlive(socket);
      }
    }

    @Test
    void pushesBeyondTheInstancesUnackedCountAreOverloaded() {
      try (RawSocket one = open("gate");
          RawSocket other = open("gate")) {
        join(one, "lobby");
        join(other, "lobby");
        gate.shut();
        for (int ref = 1; ref <= 4; ref++) {
          one.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertAlive(one);
        for (int ref = 1; ref <= 3; ref++) {
          other.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertThat(error(other, "'3'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(other.awaitText("'2'")).contains("\"status\":\"ok\"");
        assertAlive(other);
      }
    }

    @Test
    void messagesThatWaitForAJoinAreBounded() {
      try (RawSocket socket = open("gate")) {
        gate.shut();
        socket.text("['1','join','lobby','phx_join',{}]");
        for (int ref = 1; ref <= 5; ref++) {
          socket.text("['1','" + ref + "','lobby','push'," + ref + "]");
        }
        assertThat(error(socket, "'5'").getString("reason")).isEqualTo("overloaded");
        gate.open();
        assertThat(socket.awaitText("'join'")).contains("\"status\":\"ok\"");
        assertThat(socket.awaitText("'4'")).contains("\"status\":\"ok\"");
        assertAlive(socket);
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
