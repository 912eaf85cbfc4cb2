package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.GatewayConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An instance whose logic spins or blocks affects no other instance, and can be deleted. */
class StuckTest {
  private static final long STOP_MS = 300;
  private static final int PER_CONNECTION = 10;
  private static final int PER_INSTANCE = 15;

  private final FaultyType faulty = new FaultyType();
  private final TestNode node = node(2);

  private TestNode node(int threads) {
    GatewayConfig gateway =
        new GatewayConfig(
            PER_CONNECTION, 4L << 20, PER_INSTANCE, 64L << 20, Duration.ofMillis(800));
    return TestNode.builder()
        .types(faulty)
        .gateway(gateway)
        .eventLoops(1)
        .supervision(3, threads, STOP_MS)
        .start();
  }

  @AfterEach
  void close() {
    faulty.release();
    node.close();
  }

  private PhoenixSocket join(String instance) {
    PhoenixSocket client = node.connect(instance);
    assertThat(client.join("r").getString("status")).isEqualTo("ok");
    return client;
  }

  private PhoenixSocket stuck(String instance) throws InterruptedException {
    node.create("{'id':'" + instance + "','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket client = join(instance);
    client.send("['1','2','r','push',{'id':1}]").awaitReply("2");
    client.send("['1','3','r','push',{'id':2,'spin':true}]");
    faulty.awaitSpinning();
    return client;
  }

  private static String outcome(PhoenixSocket client, String ref) {
    JsonObject reply = client.awaitReply(ref).getJsonObject(4);
    JsonObject response = reply.getJsonObject("response");
    return reply.getString("status").equals("ok")
        ? "ok " + response.getLong("seq")
        : response.getString("reason");
  }

  @Test
  @Quiet
  void othersAnswerWhileOneSpins() throws InterruptedException {
    PhoenixSocket ada = stuck("f");
    ada.send("['1','4','r','push',{'id':3}]");
    List<PhoenixSocket> others = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      node.create("{'id':'o" + i + "','type':'accumulative','rooms':{'r':{}}}");
      others.add(join("o" + i));
    }
    long slowest = 0;
    for (PhoenixSocket other : others) {
      long sent = System.nanoTime();
      assertThat(outcome(other.send("['1','2','r','push',{}]"), "2")).isEqualTo("ok 1");
      slowest = Math.max(slowest, System.nanoTime() - sent);
    }
    Figures.log("slowest answer of 20 others beside a spinning instance: %.1f ms", slowest / 1e6);
    assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(2));
    JsonObject stats = TestNode.await(node.directory().stats("f"));
    assertThat(stats.getLong("busyFor")).isPositive();
    assertThat(stats.getInteger("mailboxDepth")).isPositive();
    assertThat(outcome(ada, "3")).isEqualTo("timeout");
    assertThat(outcome(ada, "4")).isEqualTo("timeout");
    faulty.release();
    assertThat(outcome(ada.send("['1','5','r','push',{'id':4}]"), "5")).isEqualTo("ok 4");
  }

  @Test
  void whatWaitsForItIsCappedPerConnectionAndPerInstanceEvenAfterItTimedOut()
      throws InterruptedException {
    PhoenixSocket ada = stuck("f");
    for (int i = 0; i < 12; i++) {
      ada.send("['1','a" + i + "','r','push',{'id':1}]");
    }
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      outcomes.add(outcome(ada, "a" + i));
    }
    assertThat(outcomes.subList(0, PER_CONNECTION - 1)).containsOnly("timeout");
    assertThat(outcomes.subList(PER_CONNECTION - 1, 12)).containsOnly("overloaded");
    outcomes.clear();
    for (int i = 0; i < 12; i++) {
      ada.send("['1','b" + i + "','r','push',{'id':1}]");
    }
    for (int i = 0; i < 12; i++) {
      outcomes.add(outcome(ada, "b" + i));
    }
    long taken = outcomes.stream().filter("timeout"::equals).count();
    assertThat(taken)
        .as("mailbox of %s at most, and a probe", PER_INSTANCE)
        .isLessThanOrEqualTo(PER_INSTANCE - PER_CONNECTION + 1);
    faulty.release();
    node.await(
        () -> outcome(ada.send("['1','c','r','push',{'id':1}]"), "c"),
        outcome -> outcome.startsWith("ok"));
    assertThat(outcome(ada.send("['1','d','r','push',{'id':1}]"), "d")).startsWith("ok");
  }

  @Test
  void aRestartGetsItGoingAgainFromTheJournalAndWhatItDoesLateHasNoEffect()
      throws InterruptedException {
    PhoenixSocket ada = stuck("f");
    JsonObject restarted = TestNode.await(node.directory().restart("f"));
    assertThat(restarted.getLong("generation")).isEqualTo(2);
    assertThat(restarted.getString("lastError")).contains("stuck");
    ada.awaitEvent("phx_error");
    PhoenixSocket bob = join("f");
    JsonObject state = bob.awaitEvent("state").getJsonObject(4);
    assertThat(state.getLong("seq")).isEqualTo(1);
    assertThat(state.getJsonObject("data").getJsonObject("state").getLong("sum")).isEqualTo(1);
    faulty.release();
    node.await(StuckTest::threads, count -> count <= 2);
    assertThat(outcome(bob.send("['1','2','r','push',{'id':10}]"), "2")).isEqualTo("ok 2");
    JsonObject msg = bob.awaitEvent("msg").getJsonObject(4);
    assertThat(msg.getLong("seq")).isEqualTo(2);
    assertThat(msg.toString()).contains("\"id\":10");
    String entries = TestNode.await(node.directory().entries("f", "r", 0, 10)).toString();
    assertThat(new JsonObject(entries).getJsonArray("entries")).hasSize(2);
    node.awaitInstance("f", i -> i.getInteger("connections") == 2);
  }

  @Test
  void aDeleteGetsRidOfItAndANewOneOfItsNameIsFencedFromIt() throws InterruptedException {
    PhoenixSocket ada = stuck("f");
    Future<JsonObject> deleted = node.directory().delete("f");
    assertThat(ada.awaitClosed().code()).isEqualTo(4004);
    TestNode.await(deleted);
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket bob = join("f");
    assertThat(bob.awaitEvent("state").getJsonObject(4).getLong("seq")).isZero();
    faulty.release();
    node.await(StuckTest::threads, count -> count <= 2);
    assertThat(outcome(bob.send("['1','2','r','push',{'id':10}]"), "2")).isEqualTo("ok 1");
    assertThat(bob.awaitEvent("msg").toString()).contains("\"id\":10");
    String entries = TestNode.await(node.directory().entries("f", "r", 0, 10)).toString();
    assertThat(new JsonObject(entries).getJsonArray("entries")).hasSize(1);
  }

  @Test
  void aRequestToItIsAnsweredInTime() throws InterruptedException {
    stuck("f");
    try {
      TestNode.await(node.directory().room("f", "r"));
      throw new AssertionError("a stuck instance answered");
    } catch (Refusal refusal) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.TIMEOUT);
      assertThat(refusal.getMessage()).contains("busy for");
    }
  }

  @Test
  void stuckInstancesThatWereGivenUpDoNotUseUpTheThreads() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      stuck("f" + i);
    }
    node.create(
        "{'id':'deaf','type':'faulty','config':{'threading':'event-loop'},'rooms':{'r':{}}}");
    TestNode.await(node.directory().delete("f0"));
    TestNode.await(node.directory().delete("f1"));
    node.create("{'id':'o','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket other = join("o");
    assertThat(outcome(other.send("['1','2','r','push',{}]"), "2")).isEqualTo("ok 1");
    // Those of a test before may still be ending.
    node.await(StuckTest::threads, count -> count <= 4);
    faulty.release();
    node.await(StuckTest::threads, count -> count <= 2);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("mycelium-instances"))
        .count();
  }
}
