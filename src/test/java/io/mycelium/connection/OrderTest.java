package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FaultyType;
import io.mycelium.testing.FloodClient;
import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Invariants 3 and 7 under load: one gapless order for everyone, each acked push in it once. */
class OrderTest {
  private static final int CLIENTS = 8;

  /** Fewer than the cap of un-acked pushes. */
  private static final int IN_FLIGHT = 200;

  private final Vertx clientVertx = Vertx.vertx();
  private TestNode node;

  @AfterEach
  void close() {
    node.close();
    TestNode.await(clientVertx.close());
  }

  private List<FloodClient> join(String instance) {
    List<FloodClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(FloodClient.join(clientVertx, node.port(), instance, "r", "user" + i));
    }
    return clients;
  }

  /** Ids are {@code client * 1,000,000 + n}. */
  private static void flood(List<FloodClient> clients, int pushes, Random poison, double share) {
    for (int n = 1; n <= pushes; n++) {
      for (int i = 0; i < clients.size(); i++) {
        boolean throwing = poison != null && poison.nextDouble() < share;
        clients.get(i).push(i * 1_000_000L + n, throwing ? ",\"throw\":\"state\"" : "");
      }
      int sent = n;
      clients.forEach(client -> client.awaitAnswers(sent - IN_FLIGHT));
    }
    clients.forEach(client -> client.awaitAnswers(pushes));
  }

  /** Returns the ids that were acked. */
  private static List<Long> assertOneGaplessOrder(List<FloodClient> clients) {
    Map<Long, String> answers = new HashMap<>();
    clients.forEach(client -> answers.putAll(client.answers()));
    List<Long> acked =
        answers.keySet().stream().filter(id -> answers.get(id).equals("ok")).sorted().toList();
    clients.forEach(client -> client.awaitSeq(acked.size()));
    List<FloodClient.Seen> first = clients.get(0).seen();
    assertThat(first.stream().map(FloodClient.Seen::id).sorted().toList()).isEqualTo(acked);
    for (int i = 0; i < first.size(); i++) {
      assertThat(first.get(i).seq()).isEqualTo(i + 1);
    }
    for (FloodClient client : clients) {
      assertThat(client.seen().equals(first)).as("the same order at each client").isTrue();
      assertThat(client.others())
          .noneMatch(text -> text.contains("phx_error") || text.contains("answered twice"));
    }
    return acked;
  }

  @Test
  void eightClientsWithTenThousandPushesEachSeeTheSameGaplessOrder() {
    node = TestNode.builder().eventLoops(3).start();
    node.create("{'id':'x','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
    List<FloodClient> clients = join("x");
    flood(clients, 10_000, null, 0);
    assertThat(assertOneGaplessOrder(clients)).hasSize(CLIENTS * 10_000);
  }

  @Test
  void crashesAtRandomPushesUnderLoadLoseAndDoubleNothing() {
    node = TestNode.builder().types(new FaultyType()).supervision(1000, 4, 5000).start();
    node.create("{'id':'f','type':'faulty','config':{'presence':'off'},'rooms':{'r':{}}}");
    List<FloodClient> clients = join("f");
    flood(clients, 3000, new Random(7), 0.01);
    List<Long> acked = assertOneGaplessOrder(clients);
    Map<String, Integer> reasons = new HashMap<>();
    clients.forEach(
        client ->
            client.answers().values().forEach(answer -> reasons.merge(answer, 1, Integer::sum)));
    assertThat(reasons.keySet()).containsExactlyInAnyOrder("ok", "instance_crashed");
    int crashes = reasons.get("instance_crashed");
    assertThat(crashes + acked.size()).isEqualTo(CLIENTS * 3000);
    assertThat(TestNode.await(node.directory().get("f")).getLong("generation"))
        .isEqualTo(1 + crashes);
  }
}
