package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A node that joins gets its part; the rule itself is tried with many nodes in BalanceTest. */
class RebalanceTest {
  private static final int INSTANCES = 120;
  private static final int FEW = 10;

  @Test
  void aNodeThatJoinsGetsItsPartAndNobodyNotices() {
    try (ServerCluster nodes =
        ServerCluster.some(3, 2, Map.of("MYCELIUM_CLUSTER_MOVES_PER_SECOND", "50"))) {
      for (int i = 0; i < INSTANCES; i++) {
        nodes.create(i % 2, "i" + i);
      }
      PhoenixSocket ada = nodes.socket(0, "i0", "lobby");
      nodes.add();
      long joined = System.nanoTime();
      List<Integer> loads = awaitEven(nodes, joined + TimeUnit.SECONDS.toNanos(60));
      Figures.log(
          "120 instances on two nodes are even over three %d ms after the third was ready: %s",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - joined), loads);
      ada.send("['1','a','lobby','push',{'n':1}]");
      assertThat(ada.awaitReply("a").getJsonObject(4).getString("status")).isEqualTo("ok");
      assertThat(ada.rest().stream().map(frame -> ((PhoenixSocket.Text) frame).event()))
          .doesNotContain("phx_error", "phx_close");
    }
  }

  /** Each within ten of the mean, which is what a few are not moved for. */
  private static List<Integer> awaitEven(ServerCluster nodes, long deadline) {
    int mean = INSTANCES / 3;
    while (true) {
      List<Integer> loads =
          nodes.json(0, "GET", "/nodes", null).getJsonArray("items").stream()
              .map(node -> ((JsonObject) node).getJsonObject("load").getInteger("instances"))
              .toList();
      boolean even = loads.stream().allMatch(load -> Math.abs(load - mean) <= FEW);
      boolean complete = loads.stream().mapToInt(load -> load).sum() == INSTANCES;
      if (loads.size() == 3 && even && complete) {
        return loads;
      }
      assertThat(System.nanoTime()).as("loads are " + loads).isLessThan(deadline);
    }
  }
}
