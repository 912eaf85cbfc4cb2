package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.ClusterOptions;
import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three servers, which are processes, on one PostgreSQL. */
class FailoverTest {
  private static final String INSTANCE =
      """
      {"id": "chat", "type": "accumulative", "config": {"durability": "sync"}, "rooms": {"r": {}}}
      """;

  private final List<ServerProcess> nodes = new ArrayList<>();

  @BeforeEach
  void start() {
    ClusterOptions.of(Postgres.shared().newDatabase(), 3)
        .forEach(options -> nodes.add(ServerProcess.start(options)));
  }

  @AfterEach
  void stop() {
    nodes.forEach(ServerProcess::close);
  }

  private PhoenixSocket socket(int node) {
    PhoenixSocket socket =
        PhoenixSocket.connect(nodes.get(node).port(), "/socket/chat/websocket?vsn=2.0.0");
    assertThat(socket.join("r").getString("status")).isEqualTo("ok");
    return socket;
  }

  @Test
  void pushesSurviveTheirOwnerOnceAndNobodyNotices() {
    nodes.get(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    PhoenixSocket bob = socket(2);
    ada.send("['1','first','r','push',{'n':0}]");
    assertThat(seq(ada, "first")).isEqualTo(1);
    List<Long> seqs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + (i + 1) + "}]");
      if (i == 100) {
        nodes.get(0).kill();
      }
    }
    long killed = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      seqs.add(seq(ada, "p" + i));
      if (i == 150) {
        long ms = (System.nanoTime() - killed) / 1_000_000;
        Figures.log("failover: push 150 of 200 was answered %d ms after the kill", ms);
      }
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(2, 201).boxed().toList());
    List<Integer> seen = new ArrayList<>();
    while (seen.size() < 201) {
      seen.addAll(payloads(bob.awaitEvent("msg")));
    }
    assertThat(seen).isEqualTo(LongStream.rangeClosed(0, 200).mapToObj(n -> (int) n).toList());
  }

  @Test
  void anyNodeAnswersForAll() {
    for (int i = 0; i < 3; i++) {
      String spec = INSTANCE.replace("chat", "chat" + i);
      nodes.get(i).request("POST", "/instances", spec);
    }
    for (ServerProcess node : nodes) {
      JsonObject page = new JsonObject(node.request("GET", "/instances", null));
      assertThat(page.getJsonArray("items").stream().map(each -> ((JsonObject) each)))
          .extracting(each -> each.getString("id") + " " + each.getString("status"))
          .containsExactly("chat0 running", "chat1 running", "chat2 running");
      assertThat(page.containsKey("unanswered")).isFalse();
      JsonObject one = new JsonObject(node.request("GET", "/instances/chat1", null));
      assertThat(one.getString("status")).isEqualTo("running");
      node.request("POST", "/instances/chat2/rooms/r/messages", "{\"payload\": 1}");
    }
    JsonObject room = new JsonObject(nodes.get(0).request("GET", "/instances/chat2/rooms/r", null));
    assertThat(room.getLong("seq")).isEqualTo(3);
    nodes.get(1).request("DELETE", "/instances/chat2", null);
    assertThat(nodes.get(0).request("GET", "/instances", null)).doesNotContain("chat2");
  }

  @Test
  void aNodeThatStopsLeavesItsInstancesToOthersAtOnce() {
    nodes.get(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    ada.send("['1','a','r','push',{'n':0}]");
    assertThat(seq(ada, "a")).isEqualTo(1);
    nodes.get(0).stop();
    long stopped = System.nanoTime();
    ada.send("['1','b','r','push',{'n':1}]");
    assertThat(seq(ada, "b")).isEqualTo(2);
    long ms = (System.nanoTime() - stopped) / 1_000_000;
    Figures.log("a push after its owner's orderly end was answered in %d ms", ms);
    assertThat(ada.rest().stream().map(frame -> ((PhoenixSocket.Text) frame).event()))
        .doesNotContain("phx_error", "phx_close");
  }

  /** Stopped for longer than its lease, the owner wakes up and finds that it is none any more. */
  @Test
  void anOwnerThatWasPausedBeyondItsLeaseChangesNothing() {
    nodes.get(0).request("POST", "/instances", INSTANCE);
    PhoenixSocket ada = socket(1);
    PhoenixSocket onOwner = socket(0);
    ada.send("['1','a','r','push',{'n':0}]");
    assertThat(seq(ada, "a")).isEqualTo(1);
    nodes.get(0).pause();
    ada.send("['1','b','r','push',{'n':1}]");
    assertThat(seq(ada, "b")).isEqualTo(2);
    nodes.get(0).goOn();
    ada.send("['1','c','r','push',{'n':2}]");
    assertThat(seq(ada, "c")).isEqualTo(3);
    onOwner.send("['1','d','r','push',{'n':3}]");
    assertThat(seq(onOwner, "d")).isEqualTo(4);
    List<Integer> seen = new ArrayList<>();
    while (seen.size() < 4) {
      seen.addAll(payloads(onOwner.awaitEvent("msg")));
    }
    assertThat(seen).containsExactly(0, 1, 2, 3);
  }

  private static List<Integer> payloads(JsonArray message) {
    JsonObject state = message.getJsonObject(4).getJsonObject("data").getJsonObject("state");
    return state.fieldNames().stream()
        .map(seq -> state.getJsonObject(seq).getJsonObject("payload").getInteger("n"))
        .toList();
  }

  private static long seq(PhoenixSocket socket, String ref) {
    JsonObject reply = socket.awaitReply(ref).getJsonObject(4);
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("ok");
    return reply.getJsonObject("response").getLong("seq");
  }
}
