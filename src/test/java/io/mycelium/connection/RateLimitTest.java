package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.limits.LimitsConfig;
import io.mycelium.testing.Guards;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rates of {@code limits}: whoever is over one is told, and nobody else notices. */
class RateLimitTest {
  private static final int BURST = 20;
  private static final LimitsConfig D = LimitsConfig.DEFAULT;

  private final Map<String, Integer> errors = new ConcurrentHashMap<>();
  private final Map<String, Integer> closed = new ConcurrentHashMap<>();
  private TestNode node;

  private void start(String transport, LimitsConfig limits) {
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void errorReply(String reason) {
            errors.merge(reason, 1, Integer::sum);
          }

          @Override
          public void connectionClosed(String reason) {
            closed.merge(reason, 1, Integer::sum);
          }
        };
    node =
        TestNode.builder()
            .transport(transport)
            .guards(Guards.limits(limits))
            .meters(meters)
            .start();
    node.create("{'id':'x','type':'accumulative','rooms':{'other':{}}}");
    node.create(
        "{'id':'slow','type':'accumulative','config':{'max_messages_per_second':1,"
            + "'max_bytes_per_second':4096}}");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static LimitsConfig messages(int perSecond, int burst) {
    return limits(perSecond, burst, 100, 1000, 0, 0);
  }

  private static LimitsConfig limits(
      int messages, int burst, int joins, int joinBurst, int ofUser, int ofInstance) {
    return new LimitsConfig(
        messages,
        burst,
        D.maxBytesPerSecond(),
        D.burstBytes(),
        joins,
        joinBurst,
        ofUser,
        ofInstance,
        0,
        0,
        D.maxHandshakesPerSecond(),
        D.handshakeBurst(),
        D.maxConnectionsPerAddress(),
        D.maxConnectionsPerUser());
  }

  private static LimitsConfig bytes(long ofUser, long ofInstance) {
    return new LimitsConfig(0, 1, 0, D.burstBytes(), 0, 1, 0, 0, ofUser, ofInstance, 0, 1, 0, 0);
  }

  private static JsonObject response(JsonArray reply) {
    return reply.getJsonObject(4).getJsonObject("response");
  }

  private static String status(PhoenixSocket client, String ref) {
    return client.awaitReply(ref).getJsonObject(4).getString("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aMessageTooManyIsRefusedByNameAndTheNextAfterTheWaitIsTaken(String transport) {
    start(transport, messages(1, BURST));
    PhoenixSocket healthy = node.connect("x");
    healthy.join("lobby");
    PhoenixSocket client = node.connect("x");
    client.join("lobby");
    for (int i = 1; i < BURST; i++) {
      client.send("['1','p" + i + "','lobby','push'," + i + "]");
    }
    client.send("['1','over','lobby','push','late']");
    JsonArray reply = client.awaitReply("over");
    assertThat(reply.getString(0)).isEqualTo("1");
    assertThat(response(reply).getString("reason")).isEqualTo("rate_limited");
    assertThat(response(reply).getString("message")).contains("more than 1 messages a second");
    assertThat(response(reply).getBoolean("retryable")).isTrue();
    int wait = response(reply).getInteger("retry_after_ms");
    assertThat(wait).isBetween(1, 1000);
    assertThat(status(client, "p" + (BURST - 1))).isEqualTo("ok");
    assertThat(errors).isEqualTo(Map.of("rate_limited", 1));

    healthy.send("['1','h','lobby','push','on my own account']");
    assertThat(status(healthy, "h")).isEqualTo("ok");
    TestNode.await(node.vertx().timer(wait));
    client.send("['1','again','lobby','push','in time']");
    assertThat(status(client, "again")).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void whoGoesOnFloodingIsClosedByNameAndTheOthersStay(String transport) {
    start(transport, messages(1, BURST));
    PhoenixSocket healthy = node.connect("x");
    healthy.join("lobby");
    try (RawSocket flood = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
      for (int i = 0; i < 12 * BURST; i++) {
        flood.text("[null,'" + i + "','phoenix','heartbeat',{}]");
      }
      RawSocket.Frame close = flood.await(RawSocket.CLOSE);
      assertThat(close.status()).isEqualTo(4029);
      assertThat(close.reason()).isEqualTo("rate_limited");
    }
    // The close frame leaves first, and is counted then.
    node.await(() -> closed.getOrDefault("rate_limited", 0), count -> count == 1);
    assertThat(errors.get("rate_limited")).isBetween(10 * BURST, 10 * BURST + 10);
    healthy.send("['1','h','lobby','push','still here']");
    assertThat(status(healthy, "h")).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void pingsCountAsWell(String transport) {
    start(transport, messages(1, BURST));
    try (RawSocket flood = RawSocket.open(node.port(), "/socket/x/websocket?vsn=2.0.0")) {
      for (int i = 0; i < 12 * BURST; i++) {
        flood.frame(RawSocket.PING, (byte) i);
      }
      assertThat(flood.await(RawSocket.CLOSE).status()).isEqualTo(4029);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void joinsHaveARateOfTheirOwn(String transport) {
    start(transport, limits(0, 1, 1, 5, 0, 0));
    PhoenixSocket client = node.connect("x");
    for (int i = 1; i <= 5; i++) {
      client.send("['" + i + "','" + i + "','lobby','phx_join',{}]");
      assertThat(status(client, String.valueOf(i))).isEqualTo("ok");
    }
    client.send("['6','6','other','phx_join',{}]");
    JsonObject refused = response(client.awaitReply("6"));
    assertThat(refused.getString("reason")).isEqualTo("rate_limited");
    assertThat(refused.getString("message")).contains("more than 1 joins a second");
    client.send("['5','p','lobby','push','pushes go on']");
    assertThat(status(client, "p")).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void anInstanceMayLowerMessagesAndBytes(String transport) {
    start(transport, D);
    PhoenixSocket client = node.connect("slow");
    client.join("lobby");
    client.send("['1','p','lobby','push',1]").send("['1','over','lobby','push',2]");
    assertThat(response(client.awaitReply("over")).getString("message"))
        .contains("more than 1 messages a second");
    PhoenixSocket large = node.connect("slow");
    large.send("['1','1','lobby','phx_join',{'meta':{},'x':'" + "x".repeat(8192) + "'}]");
    assertThat(status(large, "1")).isEqualTo("ok");
    large.send("['1','2','lobby','push',2]");
    assertThat(response(large.awaitReply("2")).getString("message"))
        .contains("more than 4096 bytes a second");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void aUsersConnectionsShareItsRate(String transport) {
    start(transport, limits(0, 1, 100, 1000, 1, 0));
    PhoenixSocket one = node.connect("x", "vsn=2.0.0&userId=ada");
    PhoenixSocket two = node.connect("x", "vsn=2.0.0&userId=ada");
    PhoenixSocket other = node.connect("x", "vsn=2.0.0&userId=bob");
    one.join("lobby");
    two.join("lobby");
    two.send("['1','2','lobby','push',2]");
    assertThat(response(two.awaitReply("2")).getString("message"))
        .contains("limits.max_user_messages_per_second");
    assertThat(other.join("lobby").getString("status")).isEqualTo("ok");
  }

  /** The bucket holds two seconds, and of a full one any message may be taken. */
  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void theyShareItsBytesToo(String transport) {
    start(transport, bytes(4096, 0));
    PhoenixSocket one = node.connect("x", "vsn=2.0.0&userId=ada");
    PhoenixSocket two = node.connect("x", "vsn=2.0.0&userId=ada");
    PhoenixSocket other = node.connect("x", "vsn=2.0.0&userId=bob");
    one.send("['1','1','lobby','phx_join',{'x':'" + "x".repeat(20_000) + "'}]");
    assertThat(status(one, "1")).isEqualTo("ok");
    two.send("['1','2','lobby','phx_join',{}]");
    assertThat(response(two.awaitReply("2")).getString("message"))
        .contains("limits.max_user_bytes_per_second");
    assertThat(other.join("lobby").getString("status")).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void anInstancesConnectionsShareItsBytes(String transport) {
    start(transport, bytes(0, 4096));
    node.create("{'id':'y','type':'accumulative'}");
    PhoenixSocket one = node.connect("x");
    PhoenixSocket two = node.connect("x");
    one.send("['1','1','lobby','phx_join',{'x':'" + "x".repeat(20_000) + "'}]");
    assertThat(status(one, "1")).isEqualTo("ok");
    two.send("['1','2','lobby','phx_join',{}]");
    assertThat(response(two.awaitReply("2")).getString("reason")).isEqualTo("rate_limited");
    assertThat(node.connect("y").join("lobby").getString("status")).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty"})
  void anInstancesConnectionsShareItsRate(String transport) {
    start(transport, limits(0, 1, 100, 1000, 0, 1));
    node.create("{'id':'y','type':'accumulative'}");
    PhoenixSocket one = node.connect("x");
    PhoenixSocket two = node.connect("x");
    one.join("lobby");
    two.join("lobby");
    two.send("['1','2','lobby','push',2]");
    assertThat(response(two.awaitReply("2")).getString("reason")).isEqualTo("rate_limited");
    assertThat(node.connect("y").join("lobby").getString("status")).isEqualTo("ok");
  }
}
