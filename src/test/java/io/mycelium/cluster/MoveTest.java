package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.room.PluginJar;
import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerCluster;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances go from one node to another while their sockets stay. */
class MoveTest {
  private static final int PUSHES = 300;

  /** Has no snapshots. */
  private static final String COUNTING =
      """
      package counting;
      import io.mycelium.room.spi.*;
      public final class Type implements RoomType {
        public String name() { return "counting"; }
        public String description() { return "counts"; }
        public RoomLogic<?> open(RoomSettings settings) {
          return new io.mycelium.testing.CountingLogic();
        }
      }
      """;

  private static ServerCluster cluster;

  /** Each test has an instance of its own. */
  private final String chat = "chat-" + UUID.randomUUID();

  @BeforeAll
  static void start(@TempDir Path plugins) {
    new PluginJar()
        .source("counting.Type", COUNTING)
        .provider("counting.Type")
        .write(plugins.resolve("counting.jar"));
    cluster =
        startCluster(
            Map.of(
                "MYCELIUM_INSTANCES_PLUGINS_DIR",
                plugins.toString(),
                // No move may rely on it.
                "MYCELIUM_JOURNAL_FLUSH_INTERVAL",
                "1m"));
  }

  private static ServerCluster startCluster(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("MYCELIUM_CLUSTER_MOVES_PER_SECOND", "0");
    return ServerCluster.start(all);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private void create(ServerCluster where, String durability) {
    create(where, "accumulative", durability);
  }

  private void create(ServerCluster where, String type, String durability) {
    String spec =
        """
        {"id": "%s", "type": "%s", "config": {"durability": "%s"}, "rooms": {"r": {}}}
        """
            .formatted(chat, type, durability);
    where.node(0).request("POST", "/instances", spec);
  }

  /** Pushes one after the other from one node while the instance goes round all three. */
  private void pushWhileItMoves(String durability) {
    create(cluster, durability);
    List<String> ids = List.of(cluster.id(0), cluster.id(1), cluster.id(2));
    assertThat(cluster.owner(chat)).isEqualTo(ids.get(0));
    PhoenixSocket ada = cluster.socket(1, chat, "r");
    PhoenixSocket bob = cluster.socket(2, chat, "r");
    PhoenixSocket cy = cluster.socket(0, chat, "r");
    List<Long> pauses = new ArrayList<>();
    List<Long> seqs = new ArrayList<>();
    for (int i = 0; i < PUSHES; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + i + "}]");
      if (i % 50 == 25) {
        String to = ids.get((i / 50 + 1) % 3);
        JsonObject moved = cluster.move(i % 3, chat, to);
        assertThat(moved.getString("to")).isEqualTo(to);
        pauses.add(moved.getLong("ms"));
      }
      seqs.add(Chat.seq(ada, "p" + i));
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, PUSHES).boxed().toList());
    for (PhoenixSocket each : List.of(ada, bob, cy)) {
      List<Integer> seen = new ArrayList<>();
      List<String> events = new ArrayList<>();
      while (seen.size() < PUSHES) {
        JsonArray message = each.awaitEvent("msg");
        seen.addAll(Chat.numbers(message));
      }
      assertThat(seen).isEqualTo(IntStream.range(0, PUSHES).boxed().toList());
      for (PhoenixSocket.Frame frame : each.rest()) {
        JsonArray text = ((PhoenixSocket.Text) frame).message();
        events.add(text.getString(3));
        if (text.getString(3).equals("presence_diff")) {
          assertThat(text.getJsonObject(4).getJsonObject("leaves")).as("who left").isEmpty();
        }
      }
      assertThat(events).doesNotContain("phx_error", "phx_close").containsOnlyOnce("state");
    }
    assertThat(cluster.owner(chat)).isEqualTo(ids.get(PUSHES / 50 % 3));
    JsonObject shown = cluster.json(0, "GET", "/instances/" + chat, null);
    assertThat(shown.getInteger("connections")).as("sockets after the last move").isEqualTo(3);
    Figures.log("six moves of a room (%s), pauses in ms: %s", durability, pauses);
  }

  @Test
  void aDurableRoomGoesRoundAllNodesUnderPushes() {
    pushWhileItMoves("sync");
  }

  @Test
  void aRoomThatIsWrittenLaterKeepsItsHistory() {
    pushWhileItMoves("async");
  }

  /** The next node reads all entries, those that were to be written within a minute too. */
  @Test
  void aRoomWithoutSnapshotsThatIsWrittenLaterLosesNothing() {
    create(cluster, "counting", "async");
    for (int i = 0; i < 4; i++) {
      String messages = "/instances/" + chat + "/rooms/r/messages";
      JsonObject pushed = cluster.json(0, "POST", messages, "{\"payload\": 1}");
      assertThat(pushed.getLong("seq")).isEqualTo(i + 1);
      cluster.move(0, chat, cluster.id((i + 1) % 3));
    }
    JsonObject room = cluster.json(1, "GET", "/instances/" + chat + "/rooms/r", null);
    assertThat(room.getLong("seq")).isEqualTo(4);
  }

  /** Its state is nowhere but in memory, and goes along. */
  @Test
  void aRoomWithoutJournalKeepsItsState() {
    pushWhileItMoves("none");
    JsonObject room = cluster.json(1, "GET", "/instances/" + chat + "/rooms/r", null);
    assertThat(room.getLong("seq")).isEqualTo(PUSHES);
    PhoenixSocket late = cluster.socket(2, chat, "r");
    JsonObject state = late.awaitEvent("state").getJsonObject(4);
    assertThat(state.getLong("seq")).isEqualTo(PUSHES);
    assertThat(state.getJsonObject("data").getJsonObject("state").size()).isGreaterThan(40);
  }

  @Test
  void aDrainedNodeHandsOverWhatItHasAndItsSocketsStay() {
    create(cluster, "sync");
    String first = cluster.id(0);
    PhoenixSocket stays = cluster.socket(0, chat, "r");
    JsonObject drained = cluster.json(1, "PUT", "/nodes/" + first + "/drain", null);
    assertThat(drained.getBoolean("draining")).isTrue();
    awaitOwnerOtherThan(first);
    stays.send("['1','a','r','push',{'n':0}]");
    assertThat(Chat.seq(stays, "a")).isEqualTo(1);
    cluster.create(0, "next");
    assertThat(cluster.owner("next")).isNotEqualTo(first);
    cluster.node(2).request("DELETE", "/nodes/" + first + "/drain", null);
    JsonArray events = cluster.json(1, "GET", "/nodes", null).getJsonArray("events");
    assertThat(events.stream().map(each -> ((JsonObject) each).getString("kind")))
        .contains("draining", "moved", "serving", "joined");
  }

  /** The events of the cluster tell when it is done. */
  private void awaitOwnerOtherThan(String node) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (node.equals(cluster.owner(chat))) {
      assertThat(System.nanoTime()).as("still on " + node).isLessThan(deadline);
    }
  }

  /** Nobody is refused, and who has a socket elsewhere does not notice. */
  @Test
  void aNodeThatEndsHandsOverFirst() {
    try (ServerCluster ending = startCluster(Map.of())) {
      create(ending, "none");
      PhoenixSocket ada = ending.socket(1, chat, "r");
      ada.send("['1','a','r','push',{'n':0}]");
      assertThat(Chat.seq(ada, "a")).isEqualTo(1);
      ending.node(0).stop();
      ada.send("['1','b','r','push',{'n':1}]");
      assertThat(Chat.seq(ada, "b")).as("the room of memory only went along").isEqualTo(2);
      assertThat(ada.rest().stream().map(frame -> ((PhoenixSocket.Text) frame).event()))
          .doesNotContain("phx_error", "phx_close");
    }
  }

  @Test
  void whatCannotMoveIsRefusedInWords() {
    create(cluster, "sync");
    assertThat(refusal("/instances/" + chat + "/move", "{\"node\": \"nobody\"}"))
        .contains("404", "unknown_node", "nobody");
    assertThat(refusal("/instances/none/move", "{}")).contains("404", "unknown_instance");
  }

  private String refusal(String path, String body) {
    try {
      return cluster.node(0).request("POST", path, body);
    } catch (AssertionError refused) {
      return refused.getMessage();
    }
  }
}
