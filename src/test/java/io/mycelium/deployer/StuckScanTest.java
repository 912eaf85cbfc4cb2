package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The deployer finds stuck instances by itself and continues without their threads. */
class StuckScanTest {
  private static final int THREADS = 2;
  private static final int MAX_RESTARTS = 2;
  private static final long STUCK_AFTER_MS = 200;

  private final FaultyType faulty = new FaultyType();
  private final TestNode node =
      TestNode.builder()
          .types(faulty)
          .eventLoops(1)
          .supervision(MAX_RESTARTS, THREADS, 5000)
          .stuckAfter(STUCK_AFTER_MS)
          .start();

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

  private PhoenixSocket create(String instance, String type) {
    node.create("{'id':'" + instance + "','type':'" + type + "','rooms':{'r':{}}}");
    return join(instance);
  }

  private static JsonObject response(PhoenixSocket client, String ref) {
    return client.awaitReply(ref).getJsonObject(4).getJsonObject("response");
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("mycelium-instances"))
        .count();
  }

  @Test
  void moreStuckInstancesThanThreadsStopNoOtherAndComeBackFromTheJournal() {
    int stuck = 3 * THREADS;
    PhoenixSocket other = create("other", "accumulative");
    List<PhoenixSocket> clients = new ArrayList<>();
    for (int i = 0; i < stuck; i++) {
      clients.add(create("f" + i, "faulty"));
      clients.get(i).send("['1','2','r','push',{'id':7}]").awaitReply("2");
    }
    for (int i = 0; i < stuck; i++) {
      String how = i % THREADS == 0 ? "spin" : "block";
      clients.get(i).send("['1','3','r','push',{'id':1,'" + how + "':true}]");
    }
    for (int i = 0; i < stuck; i++) {
      JsonObject back = node.awaitInstance("f" + i, f -> f.getLong("generation") == 2);
      assertThat(back.getString("lastError")).startsWith("stuck for ");
      assertThat(back.getInteger("restarts")).isEqualTo(1);
      clients.get(i).awaitEvent("phx_error");
    }
    assertThat(response(other.send("['1','2','r','push',{}]"), "2").getLong("seq")).isEqualTo(1);
    for (int i = 0; i < stuck; i++) {
      node.awaitInstance("f" + i, f -> f.getString("status").equals("running"));
      PhoenixSocket again = join("f" + i);
      JsonObject state = again.awaitEvent("state").getJsonObject(4);
      assertThat(state.getJsonObject("data").getJsonObject("state").getLong("sum")).isEqualTo(7);
      assertThat(response(again.send("['1','2','r','push',{'id':1}]"), "2").getLong("seq"))
          .isEqualTo(2);
    }
    faulty.release();
    node.await(StuckScanTest::threads, count -> count <= THREADS);
  }

  @Test
  void oneThatIsStuckTimeAndAgainFailsAndARestartRevivesIt() {
    PhoenixSocket client = create("f", "faulty");
    for (int generation = 2; generation <= MAX_RESTARTS + 1; generation++) {
      client.send("['1','2','r','push',{'block':true}]");
      long next = generation;
      node.awaitInstance(
          "f", f -> f.getLong("generation") == next && f.getString("status").equals("running"));
      client = join("f");
    }
    client.send("['1','2','r','push',{'block':true}]");
    node.awaitInstance("f", f -> f.getString("status").equals("failed"));
    assertThat(response(client, "2").getString("reason")).isEqualTo("instance_failed");
    TestNode.await(node.directory().restart("f"));
    assertThat(response(join("f").send("['1','2','r','push',{'id':1}]"), "2").getLong("seq"))
        .isEqualTo(1);
  }

  @Test
  void oneThatIsStuckAtItsStartIsRefusedAndItsIdIsFreeAgain() {
    blockNext("init", () -> {});
    assertThatThrownBy(() -> node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}"))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TIMEOUT))
        .hasMessageContaining("stuck for");
    PhoenixSocket client = create("f", "faulty");
    assertThat(response(client.send("['1','2','r','push',{'id':1}]"), "2").getLong("seq"))
        .isEqualTo(1);
    faulty.release();
    node.await(StuckScanTest::threads, count -> count <= THREADS);
    assertThat(response(client.send("['1','3','r','push',{'id':1}]"), "3").getLong("seq"))
        .isEqualTo(2);
  }

  @Test
  void oneThatIsStuckWhenItReadsItsEntriesAgainFailsAndARestartRevivesIt() {
    PhoenixSocket client = create("f", "faulty");
    client.send("['1','2','r','push',{'id':1}]").awaitReply("2");
    blockNext("apply", () -> blockNext("apply", () -> {}));
    client.send("['1','3','r','push',{'id':2}]");
    JsonObject failed = node.awaitInstance("f", f -> f.getString("status").equals("failed"));
    assertThat(failed.getLong("generation")).isEqualTo(2);
    assertThat(failed.getString("lastError")).contains("stuck for");
    TestNode.await(node.directory().restart("f"));
    assertThat(response(join("f").send("['1','2','r','push',{'id':4}]"), "2").getLong("seq"))
        .isEqualTo(2);
    faulty.release();
    node.await(StuckScanTest::threads, count -> count <= THREADS);
    assertThat(TestNode.await(node.directory().room("f", "r")).getLong("seq")).isEqualTo(2);
  }

  private void blockNext(String hook, Runnable first) {
    faulty.failNext(
        hook,
        () -> {
          first.run();
          faulty.block();
          return new IllegalStateException("too late");
        });
  }

  @Test
  @Quiet
  void oneThatIsBusyAgainAndAgainIsNotStuck() {
    PhoenixSocket client = create("f", "faulty");
    long until = System.nanoTime() + 3 * STUCK_AFTER_MS * 1_000_000;
    int pushes = 0;
    while (System.nanoTime() < until) {
      client.send("['1','" + pushes + "p','r','push',{'id':1}]").awaitReply(pushes + "p");
      pushes++;
    }
    assertThat(TestNode.await(node.directory().get("f")).getLong("generation")).isEqualTo(1);
  }
}
