package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.instance.DeployerConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One instance has only so many rooms, and its rooms' states only so many bytes. */
class InstanceBoundsTest {
  private TestNode node;

  private void start(int rooms, long stateBytes) {
    node =
        TestNode.builder()
            .deployer(
                DeployerConfig.DEFAULT.bounding(Duration.ZERO, Duration.ZERO, rooms, stateBytes))
            .start();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static String spec(int rooms) {
    return "{'id':'x','type':'accumulative','rooms':"
        + IntStream.range(1, rooms)
            .mapToObj(i -> "'r" + i + "':{}")
            .collect(Collectors.joining(",", "{", "}"))
        + "}";
  }

  private static void assertRefused(Future<?> answer, ErrorCode code, String message) {
    assertThatThrownBy(() -> TestNode.await(answer))
        .isInstanceOfSatisfying(
            Refusal.class, refused -> assertThat(refused.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void roomsBeyondTheBoundAreRefusedWhereverTheyComeFrom() {
    start(4, 0);
    JsonObject five = new JsonObject(spec(5).replace('\'', '"'));
    String message = "5 rooms are more than instances.max_rooms, 4";
    assertRefused(node.directory().create(five), ErrorCode.MAX_ROOMS, message);
    String export =
        new JsonObject().put("mycelium", 1).put("createdAt", 1).put("instance", five).encode();
    assertRefused(
        node.directory().importLines("u", "x", export + "\n", null), ErrorCode.MAX_ROOMS, message);
    TestNode.await(node.directory().importAbandon("u"));
    node.create(spec(4));
    assertRefused(
        node.directory().putRoom("x", "r9", new JsonObject()), ErrorCode.MAX_ROOMS, message);
    TestNode.await(node.directory().putRoom("x", "r1", new JsonObject()));
    TestNode.await(node.directory().deleteRoom("x", "r1"));
    TestNode.await(node.directory().putRoom("x", "r9", new JsonObject()));
  }

  @Test
  void whoAsksForOneThatIsNotThereIsToldOfAFewOnly() {
    start(10_000, 0);
    node.create(spec(5000));
    PhoenixSocket client = node.connect("x");
    client.send("['1','1','nowhere','phx_join',{}]");
    String message =
        client.awaitReply("1").getJsonObject(4).getJsonObject("response").getString("message");
    assertThat(message)
        .startsWith("room is nowhere, expected one of [lobby, r1, r10, ")
        .endsWith(", and 4980 more]")
        .hasSizeLessThan(250);
  }

  @Test
  void theStatesOfAnInstanceTakeNoMoreThanItsPartOfTheNodes() {
    start(10, 100_000);
    node.create("{'id':'x','type':'shared','config':{'open':true},'rooms':{'r':{},'s':{}}}");
    node.create("{'id':'y','type':'shared','config':{'open':true}}");
    String large = "{\"a\":\"" + "x".repeat(60_000) + "\"}";
    TestNode.await(node.directory().push("x", "r", null, large));
    assertRefused(
        node.directory().push("x", "s", null, large),
        ErrorCode.STATE_TOO_LARGE,
        "the rooms of the instance have its max_instance_state_bytes of 100000");
    TestNode.await(node.directory().push("y", "lobby", null, large));
    TestNode.await(node.directory().push("x", "r", null, "{\"a\":1}"));
    TestNode.await(node.directory().push("x", "s", null, large));
  }
}
