package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances go from one node to another while their sockets stay. */
class MoveTest {
  private static final int PUSHES = 300;

  private Trio trio;

  @BeforeEach
  void start() {
    trio = Trio.start(Map.of("MYCELIUM_CLUSTER_MOVES_PER_SECOND", "0"));
  }

  @AfterEach
  void stop() {
    trio.close();
  }

  private void create(String durability) {
    String spec =
        """
        {"id": "chat", "type": "accumulative", "config": {"durability": "%s"}, "rooms": {"r": {}}}
        """
            .formatted(durability);
    trio.node(0).request("POST", "/instances", spec);
  }

  /** Pushes one after the other from one node while the instance goes round all three. */
  private void pushWhileItMoves(String durability) {
    create(durability);
    List<String> ids = List.of(trio.id(0), trio.id(1), trio.id(2));
    assertThat(trio.owner("chat")).isEqualTo(ids.get(0));
    PhoenixSocket ada = trio.socket(1, "chat", "r");
    PhoenixSocket bob = trio.socket(2, "chat", "r");
    PhoenixSocket cy = trio.socket(0, "chat", "r");
    List<Long> pauses = new ArrayList<>();
    List<Long> seqs = new ArrayList<>();
    for (int i = 0; i < PUSHES; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + i + "}]");
      if (i % 50 == 25) {
        String to = ids.get((i / 50 + 1) % 3);
        JsonObject moved = trio.move(i % 3, "chat", to);
        assertThat(moved.getString("to")).isEqualTo(to);
        pauses.add(moved.getLong("ms"));
      }
      seqs.add(seq(ada, "p" + i));
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, PUSHES).boxed().toList());
    for (PhoenixSocket each : List.of(ada, bob, cy)) {
      List<Integer> seen = new ArrayList<>();
      List<String> events = new ArrayList<>();
      while (seen.size() < PUSHES) {
        JsonArray message = each.awaitEvent("msg");
        seen.addAll(payloads(message));
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
    assertThat(trio.owner("chat")).isEqualTo(ids.get(PUSHES / 50 % 3));
    JsonObject shown = trio.json(0, "GET", "/instances/chat", null);
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

  /** Its state is nowhere but in memory, and goes along. */
  @Test
  void aRoomWithoutJournalKeepsItsState() {
    pushWhileItMoves("none");
    JsonObject room = trio.json(1, "GET", "/instances/chat/rooms/r", null);
    assertThat(room.getLong("seq")).isEqualTo(PUSHES);
    PhoenixSocket late = trio.socket(2, "chat", "r");
    JsonObject state = late.awaitEvent("state").getJsonObject(4);
    assertThat(state.getLong("seq")).isEqualTo(PUSHES);
    assertThat(state.getJsonObject("data").getJsonObject("state").size()).isGreaterThan(40);
  }

  @Test
  void aDrainedNodeHandsOverWhatItHasAndItsSocketsStay() {
    create("sync");
    String first = trio.id(0);
    PhoenixSocket stays = trio.socket(0, "chat", "r");
    JsonObject drained = trio.json(1, "PUT", "/nodes/" + first + "/drain", null);
    assertThat(drained.getBoolean("draining")).isTrue();
    awaitOwnerOtherThan(first);
    stays.send("['1','a','r','push',{'n':0}]");
    assertThat(seq(stays, "a")).isEqualTo(1);
    trio.node(0).request("POST", "/instances", "{\"id\": \"next\", \"type\": \"accumulative\"}");
    assertThat(trio.owner("next")).isNotEqualTo(first);
    trio.node(2).request("DELETE", "/nodes/" + first + "/drain", null);
    JsonArray events = trio.json(1, "GET", "/nodes", null).getJsonArray("events");
    assertThat(events.stream().map(each -> ((JsonObject) each).getString("kind")))
        .contains("draining", "moved", "serving", "joined");
  }

  /** The events of the cluster tell when it is done. */
  private void awaitOwnerOtherThan(String node) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (node.equals(trio.owner("chat"))) {
      assertThat(System.nanoTime()).as("still on " + node).isLessThan(deadline);
    }
  }

  /** Nobody is refused, and who has a socket elsewhere does not notice. */
  @Test
  void aNodeThatEndsHandsOverFirst() {
    create("none");
    PhoenixSocket ada = trio.socket(1, "chat", "r");
    ada.send("['1','a','r','push',{'n':0}]");
    assertThat(seq(ada, "a")).isEqualTo(1);
    trio.node(0).stop();
    ada.send("['1','b','r','push',{'n':1}]");
    assertThat(seq(ada, "b")).as("the room of memory only went along").isEqualTo(2);
    assertThat(ada.rest().stream().map(frame -> ((PhoenixSocket.Text) frame).event()))
        .doesNotContain("phx_error", "phx_close");
  }

  @Test
  void whatCannotMoveIsRefusedInWords() {
    create("sync");
    assertThat(refusal("/instances/chat/move", "{\"node\": \"nobody\"}"))
        .contains("404", "unknown_node", "nobody");
    assertThat(refusal("/instances/none/move", "{}")).contains("404", "unknown_instance");
  }

  private String refusal(String path, String body) {
    try {
      return trio.node(0).request("POST", path, body);
    } catch (AssertionError refused) {
      return refused.getMessage();
    }
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
