package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code GET /instances/:id/stats} of a whole node reports the test's operations. */
class StatsTest {
  private TestNode node;
  private CheckedClient rest;

  @BeforeEach
  void start() {
    node = TestNode.builder().types(new FaultyType()).start();
    rest = new CheckedClient(node.vertx(), node.port(), new TreeSet<>());
    node.create("{'id':'f','type':'faulty','config':{'presence':'off'}}");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void whatClientsDidIsCountedOverACrash() {
    PhoenixSocket ada = node.connect("f", "vsn=2.0.0&userId=ada");
    ada.join("lobby");
    for (int ref = 2; ref < 5; ref++) {
      ada.send("['1','" + ref + "','lobby','push',{'id':1}]").awaitReply(String.valueOf(ref));
    }
    ada.send("['1','5','lobby','push',{'throw':'state'}]").awaitReply("5");

    JsonObject stats = awaitStats(s -> s.getInteger("restarts") == 1);

    assertThat(stats.getInteger("messagesIn")).as("open, join, 4 pushes").isEqualTo(6);
    assertThat(stats.getInteger("messagesOut")).isEqualTo(3);
    assertThat(stats.getInteger("bytesIn"))
        .isEqualTo("{}".length() + 3 * "{'id':1}".length() + "{'throw':'state'}".length());
    assertThat(stats.getInteger("bytesOut")).isGreaterThan(3 * "{'id':1}".length());
    assertTimes(stats);
    assertThat(stats.getInteger("connections")).isEqualTo(1);
    assertThat(stats.getInteger("channels")).isEqualTo(1);
    assertThat(stats.getInteger("mailboxDepth")).isZero();
    assertThat(stats.getString("lastError")).contains("poison");
  }

  @Test
  void aBackEndsMessagesAreCountedAndTimedToo() {
    rest.send("sendMessage", "/instances/f/rooms/lobby/messages", "{'payload':{'id':1}}").is(200);

    JsonObject stats = awaitStats(s -> s.getJsonObject("handlerTime").getInteger("p99") > 0);

    assertThat(stats.getInteger("messagesIn")).isEqualTo(1);
    assertThat(stats.getInteger("messagesOut")).as("nobody is in the room").isZero();
    assertThat(stats.getInteger("bytesIn")).isEqualTo("{'id':1}".length());
    assertTimes(stats);
    assertThat(stats.getInteger("mailboxDepth")).isZero();
    assertThat(stats.getString("lastError")).isNull();
  }

  private static void assertTimes(JsonObject stats) {
    JsonObject times = stats.getJsonObject("handlerTime");
    assertThat(times.getInteger("p50")).isPositive();
    assertThat(times.getInteger("p99")).isGreaterThanOrEqualTo(times.getInteger("p50"));
  }

  /** A batch is answered before it is counted. */
  private JsonObject awaitStats(Predicate<JsonObject> wanted) {
    return node.await(() -> rest.send("getStats", "/instances/f/stats").is(200).json(), wanted);
  }
}
