package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three servers, which are processes, on one PostgreSQL. */
class FailoverTest {
  private static final String INSTANCE =
      """
      {"id": "chat", "type": "accumulative", "config": {"durability": "sync"}, "rooms": {"r": {}}}
      """;

  private static final ExecutorService ASKING = Executors.newCachedThreadPool();

  private ServerCluster cluster;

  @AfterAll
  static void end() {
    ASKING.shutdown();
  }

  @BeforeEach
  void start() {
    cluster = ServerCluster.start(Map.of());
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private PhoenixSocket socket(int node) {
    return cluster.socket(node, "chat", "r");
  }

  @Test
  void pushesSurviveTheirOwnerOnceAndNobodyNotices() {
    cluster.node(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    PhoenixSocket bob = socket(2);
    ada.send("['1','first','r','push',{'n':0}]");
    assertThat(Chat.seq(ada, "first")).isEqualTo(1);
    List<Long> seqs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + (i + 1) + "}]");
      if (i == 100) {
        cluster.node(0).kill();
      }
    }
    long killed = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      seqs.add(Chat.seq(ada, "p" + i));
      if (i == 150) {
        long ms = (System.nanoTime() - killed) / 1_000_000;
        Figures.log("failover: push 150 of 200 was answered %d ms after the kill", ms);
      }
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(2, 201).boxed().toList());
    List<Integer> seen = new ArrayList<>();
    while (seen.size() < 201) {
      seen.addAll(Chat.numbers(bob.awaitEvent("msg")));
    }
    assertThat(seen).isEqualTo(LongStream.rangeClosed(0, 200).mapToObj(n -> (int) n).toList());
  }

  @Test
  void anyNodeAnswersForAll() {
    for (int i = 0; i < 3; i++) {
      String spec = INSTANCE.replace("chat", "chat" + i);
      cluster.node(i).request("POST", "/instances", spec);
    }
    for (int i = 0; i < 3; i++) {
      ServerProcess node = cluster.node(i);
      JsonObject page = new JsonObject(node.request("GET", "/instances", null));
      assertThat(page.getJsonArray("items").stream().map(each -> ((JsonObject) each)))
          .extracting(each -> each.getString("id") + " " + each.getString("status"))
          .containsExactly("chat0 running", "chat1 running", "chat2 running");
      assertThat(page.containsKey("unanswered")).isFalse();
      JsonObject one = new JsonObject(node.request("GET", "/instances/chat1", null));
      assertThat(one.getString("status")).isEqualTo("running");
      node.request("POST", "/instances/chat2/rooms/r/messages", "{\"payload\": 1}");
    }
    JsonObject room =
        new JsonObject(cluster.node(0).request("GET", "/instances/chat2/rooms/r", null));
    assertThat(room.getLong("seq")).isEqualTo(3);
    cluster.node(1).request("DELETE", "/instances/chat2", null);
    assertThat(cluster.node(0).request("GET", "/instances", null)).doesNotContain("chat2");
  }

  @Test
  void whatAnEndedNodeWasAskedForIsAskedOfAnother() {
    cluster.node(0).request("POST", "/instances", INSTANCE);
    cluster.move(1, "chat", cluster.id(0));
    PhoenixSocket onFirst = socket(0);
    // So that it is the first that is asked for new ones.
    cluster.json(1, "PUT", "/nodes/" + cluster.id(1) + "/drain", null);
    cluster.json(1, "PUT", "/nodes/" + cluster.id(2) + "/drain", null);
    cluster.node(0).pause();
    CompletableFuture<String> named = asked("POST", "/instances", INSTANCE.replace("chat", "new"));
    CompletableFuture<String> unnamed =
        asked("POST", "/instances", INSTANCE.replace("\"id\": \"chat\",", ""));
    CompletableFuture<String> read = asked("GET", "/instances/chat/rooms/r", null);
    CompletableFuture<String> written =
        asked("POST", "/instances/chat/rooms/r/messages", "{\"payload\": 1}");
    assertThat(named.join()).contains("\"new\"", "running");
    String id = new JsonObject(unnamed.join()).getString("id");
    assertThat(read.join()).contains("\"r\"");
    assertThat(written.handle((answer, cause) -> cause).join())
        .hasMessageContainingAll("504", "has ended and has not answered");
    // It finds the same requests, which it would be late for.
    cluster.node(0).goOn();
    onFirst.send("['1','a','r','push',{'n':0}]");
    assertThat(Chat.seq(onFirst, "a")).isPositive();
    assertThat(cluster.json(1, "GET", "/instances", null).getJsonArray("items"))
        .extracting(each -> ((JsonObject) each).getString("id"))
        .containsExactlyInAnyOrder("chat", "new", id);
  }

  @Test
  void newInstancesAreMadeWhileTheNodeThatWasToHaveThemEnds() throws InterruptedException {
    // So that it is the first that is asked for new ones, until it is known to be gone.
    cluster.json(1, "PUT", "/nodes/" + cluster.id(1) + "/drain", null);
    cluster.json(1, "PUT", "/nodes/" + cluster.id(2) + "/drain", null);
    String first = cluster.id(0);
    AtomicBoolean killed = new AtomicBoolean();
    CountDownLatch chosen = new CountDownLatch(20);
    List<CompletableFuture<String>> last = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String prefix = "new" + i + "-";
      last.add(CompletableFuture.supplyAsync(() -> made(prefix, first, chosen, killed), ASKING));
    }
    assertThat(chosen.await(30, TimeUnit.SECONDS)).isTrue();
    killed.set(true);
    cluster.node(0).kill();
    // One that the first had made before it ended is idle until somebody comes.
    assertThat(last)
        .allSatisfy(each -> assertThat(each.join()).containsAnyOf("\"running\"", "\"idle\""));
  }

  /** One after the other until another node has one because the first is gone; the last answer. */
  private String made(String prefix, String first, CountDownLatch chosen, AtomicBoolean killed) {
    for (int i = 0; ; i++) {
      String body = INSTANCE.replace("chat", prefix + i);
      String answer = cluster.node(1).request("POST", "/instances", body);
      if (answer.contains(first)) {
        chosen.countDown();
      } else if (killed.get()) {
        return answer;
      }
    }
  }

  /** The second node, which asks the first. */
  private CompletableFuture<String> asked(String method, String path, String body) {
    return CompletableFuture.supplyAsync(() -> cluster.node(1).request(method, path, body), ASKING);
  }

  @Test
  void aNodeThatStopsLeavesItsInstancesToOthersAtOnce() {
    cluster.node(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    ada.send("['1','a','r','push',{'n':0}]");
    assertThat(Chat.seq(ada, "a")).isEqualTo(1);
    cluster.node(0).stop();
    long stopped = System.nanoTime();
    ada.send("['1','b','r','push',{'n':1}]");
    assertThat(Chat.seq(ada, "b")).isEqualTo(2);
    long ms = (System.nanoTime() - stopped) / 1_000_000;
    Figures.log("a push after its owner's orderly end was answered in %d ms", ms);
    assertThat(ada.rest().stream().map(frame -> ((PhoenixSocket.Text) frame).event()))
        .doesNotContain("phx_error", "phx_close");
  }

  /** Stopped for longer than its lease, the owner wakes up and finds that it is none any more. */
  @Test
  void anOwnerThatWasPausedBeyondItsLeaseChangesNothing() {
    cluster.node(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    PhoenixSocket onOwner = socket(0);
    ada.send("['1','a','r','push',{'n':0}]");
    assertThat(Chat.seq(ada, "a")).isEqualTo(1);
    cluster.node(0).pause();
    ada.send("['1','b','r','push',{'n':1}]");
    assertThat(Chat.seq(ada, "b")).isEqualTo(2);
    cluster.node(0).goOn();
    ada.send("['1','c','r','push',{'n':2}]");
    assertThat(Chat.seq(ada, "c")).isEqualTo(3);
    onOwner.send("['1','d','r','push',{'n':3}]");
    assertThat(Chat.seq(onOwner, "d")).isEqualTo(4);
    List<Integer> seen = new ArrayList<>();
    while (seen.size() < 4) {
      seen.addAll(Chat.numbers(onOwner.awaitEvent("msg")));
    }
    assertThat(seen).containsExactly(0, 1, 2, 3);
  }
}
