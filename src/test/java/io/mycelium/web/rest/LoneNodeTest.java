package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The operations on nodes, and moves, of a whole node that is in no cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoneNodeTest {
  private static final String MOVE = "/instances/chat/move";

  private final Set<String> seen = new TreeSet<>();
  private TestNode node;
  private CheckedClient rest;

  /** Whether {@code "operation status"} is one of these operations'. */
  static boolean isOfNodes(String response) {
    return Set.of("listNodes", "drainNode", "resumeNode", "moveInstance")
        .contains(response.split(" ")[0]);
  }

  @BeforeAll
  void start() {
    node = TestNode.start();
    node.create("{'id':'chat','type':'accumulative'}");
    rest = new CheckedClient(node.vertx(), node.port(), seen);
  }

  /** It accepts every caller, has nothing to drain or to move to, and answers from memory. */
  @AfterAll
  void nothingThatIsDocumentedWasLeftOut() {
    node.close();
    Set<String> expected = rest.documented();
    expected.removeIf(each -> !isOfNodes(each) || each.matches(".* (401|403|5\\d\\d)"));
    expected.removeAll(Set.of("drainNode 200", "resumeNode 200", "moveInstance 200"));
    assertThat(seen).containsAll(expected);
  }

  @Test
  void listsNoNodesAndNoEvents() {
    assertThat(rest.send("listNodes", "/nodes").is(200).json())
        .isEqualTo(new JsonObject().put("items", new JsonArray()).put("events", new JsonArray()));
    rest.send("listNodes", "/nodes?a=1").problem(400, "bad_request");
  }

  @Test
  void knowsNoNodeThatCouldDrain() {
    for (String operation : List.of("drainNode", "resumeNode")) {
      JsonObject problem = rest.send(operation, "/nodes/node-1/drain").problem(404, "unknown_node");
      assertThat(problem.getString("detail"))
          .isEqualTo("node is node-1, expected the id of a node of a cluster; this node is alone");
      rest.send(operation, "/nodes/a%20b/drain").problem(400, "bad_request");
    }
  }

  @Test
  void movesNothing() {
    for (String body : List.of("{}", "{'node':'node-1'}")) {
      assertThat(rest.send("moveInstance", MOVE, body).problem(409, "rejected").getString("detail"))
          .isEqualTo("instance chat has no other node to move to: this node is alone");
    }
    rest.send("moveInstance", "/instances/none/move", "{}").problem(404, "unknown_instance");
    assertThat(rest.send("getInstance", "/instances/chat").json().getLong("generation"))
        .isEqualTo(1);
  }

  @Test
  void refusesAMoveThatIsNone() {
    rest.send("moveInstance", MOVE, "{'node':1}").problem(422, "invalid_config");
    rest.send("moveInstance", MOVE, "{'to':'node-1'}").problem(422, "invalid_config");
    rest.send("moveInstance", "/instances/a.b/move", "{}").problem(400, "bad_request");
    rest.send("moveInstance", MOVE, "{}", "text/plain").problem(415, "unsupported_media_type");
    String large = "{'node':'" + "x".repeat(5 << 20) + "'}";
    rest.send("moveInstance", MOVE, large).problem(413, "message_too_large");
  }
}
