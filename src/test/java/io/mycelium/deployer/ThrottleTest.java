package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.instance.DeployerConfig;
import io.mycelium.instance.InstanceMeters;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An instance over its time budget is throttled, and restarted only if it is a runaway. */
class ThrottleTest {
  private final AtomicInteger throttled = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private TestNode node;

  private PhoenixSocket start(int budgetMs, Duration runaway) {
    InstanceMeters meters =
        new InstanceMeters() {
          @Override
          public void throttled(int more) {
            throttled.addAndGet(more);
            begun.addAndGet(Math.max(0, more));
          }
        };
    node =
        TestNode.builder()
            .types(new HogType())
            .deployer(DeployerConfig.DEFAULT.bounding(Duration.ofMillis(budgetMs), runaway, 100, 0))
            .instanceMeters(meters)
            .start();
    node.create("{'id':'h','type':'hog'}");
    PhoenixSocket client = node.connect("h");
    client.join("lobby");
    return client;
  }

  @AfterEach
  void close() {
    node.close();
  }

  private JsonObject stats() {
    return TestNode.await(node.directory().stats("h"));
  }

  @Test
  void itsMessagesWaitSoThatItTakesNoMoreAndNoneIsLost() {
    PhoenixSocket client = start(100, Duration.ZERO);
    long started = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      client.send("['1','p" + i + "','lobby','push',{'spin':10}]");
    }
    node.await(this::stats, stats -> stats.getBoolean("throttled"));
    assertThat(TestNode.await(node.directory().get("h")).getBoolean("throttled")).isTrue();
    assertThat(stats().getInteger("mailboxDepth")).isPositive();
    for (int i = 0; i < 20; i++) {
      JsonObject reply = client.awaitReply("p" + i).getJsonObject(4);
      assertThat(reply.getString("status")).isEqualTo("ok");
      assertThat(reply.getJsonObject("response").getInteger("seq")).isEqualTo(i + 1);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .as("200 ms of work, 100 at once and then 100 a second")
        .isGreaterThan(Duration.ofMillis(800));
    node.await(this::stats, stats -> !stats.getBoolean("throttled"));
    node.await(throttled::get, count -> count == 0);
    assertThat(begun).hasValue(1);
    assertThat(stats().getInteger("restarts")).isZero();
  }

  @Test
  void oneWhoseCallsEachTakeMoreIsRestartedWithItsState() {
    PhoenixSocket client = start(200, Duration.ofSeconds(1));
    for (int i = 0; i < 5; i++) {
      client.send("['1','p" + i + "','lobby','push',{'spin':210}]");
    }
    JsonObject restarted = node.awaitInstance("h", found -> found.getInteger("restarts") > 0);
    assertThat(restarted.getString("lastError"))
        .contains("a runaway: for ", " ms, single calls of its logic took more than 200 ms");
    for (int i = 0; i < 5; i++) {
      JsonObject reply = client.awaitReply("p" + i).getJsonObject(4);
      assertThat(reply.getString("status")).isEqualTo("ok");
      assertThat(reply.getJsonObject("response").getInteger("seq")).isEqualTo(i + 1);
    }
    assertThat(stats().getInteger("restarts")).isEqualTo(1);
  }

  @Test
  @Quiet
  void aBusyOneThatIsStuckLosesItsTurnOnceItIsGivenUp() {
    node = TestNode.builder().types(new HogType()).supervision(3, 4, 2000).stuckAfter(400).start();
    node.create("{'id':'h','type':'hog'}");
    node.create("{'id':'i','type':'hog'}");
    PhoenixSocket stuck = node.connect("h");
    PhoenixSocket other = node.connect("i");
    stuck.join("lobby");
    other.join("lobby");
    stuck.send("['1','a','lobby','push',{'spin':30}]");
    stuck.send("['1','b','lobby','push',{'spin':15000}]").awaitReply("a");
    long started = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      other.send("['1','p" + i + "','lobby','push',{'spin':20}]");
    }
    other.awaitReply("p4");
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(8));
    JsonObject given = node.awaitInstance("h", found -> found.getInteger("restarts") > 0);
    assertThat(given.getString("lastError")).startsWith("stuck for ");
  }
}
