package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.InboundMessage.Event;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each operation of the contract and each event of the wire, so that no new one is forgotten. */
class EveryOperationTest {
  /** With the right to join, each of these is allowed in a room that was joined. */
  private static final Set<Event> FREE = Set.of(Event.JOIN, Event.LEAVE, Event.ACCESS_TOKEN);

  private final Tokens tokens = new Tokens();
  private TestNode node;
  private ContractCalls calls;

  @BeforeEach
  void start() {
    node = TestNode.builder().authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
    calls = new ContractCalls(node);
  }

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  @Test
  void withoutATokenEachIsUnauthorized() throws Exception {
    for (Operation operation : calls.operations()) {
      HttpResponse<String> answer = calls.send(operation, "chat", null);
      assertThat(answer.statusCode()).as(operation.getOperationId()).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
  }

  /** Whether the instance is there does not show either. */
  @Test
  void aTokenThatGivesNothingIsForbiddenEachButTheListOfTypes() throws Exception {
    String nothing = tokens.token("{'sub':'eve','instances':[]}");
    for (Operation operation : calls.operations()) {
      for (String instance : List.of("chat", "not-there")) {
        HttpResponse<String> answer = calls.send(operation, instance, nothing);
        String id = operation.getOperationId();
        assertThat(answer.statusCode())
            .as(id + " " + answer.body())
            .isEqualTo(id.equals("listTypes") ? 200 : 403);
        assertThat(answer.body()).as(id).doesNotContain("epoch", "\"items\"");
      }
    }
    assertThat(TestNode.await(node.directory().get("chat")).getString("status"))
        .isEqualTo("running");
  }

  @Test
  void aTokenForAnotherInstanceIsForbiddenEachOfThisOne() throws Exception {
    String other = tokens.token("{'sub':'eve','instances':['other'],'scope':'admin'}");
    for (Operation operation : calls.operations()) {
      if (operation.getAbsoluteOpenAPIPath().contains("{id}")) {
        assertThat(calls.send(operation, "chat", other).statusCode())
            .as(operation.getOperationId())
            .isEqualTo(403);
      }
    }
    Operation lists =
        calls.operations().stream()
            .filter(operation -> operation.getOperationId().equals("listInstances"))
            .findFirst()
            .orElseThrow();
    HttpResponse<String> list = calls.send(lists, "chat", other);
    assertThat(new JsonObject(list.body()).getJsonArray("items")).isEmpty();
  }

  /** Nodes are a matter of all instances of all tenants. */
  @Test
  void aTokenForSomeInstancesOrOfATenantNeitherSeesNorDrainsNodes() {
    String some = tokens.token("{'sub':'eve','instances':['c*'],'scope':'admin console'}");
    String tenant = tokens.ofTenant("acme", "{'sub':'ann','instances':['*'],'scope':'admin'}");
    String looks = tokens.token("{'sub':'bob','instances':['*'],'scope':'console'}");
    String admin = tokens.token("{'sub':'ada','instances':['*'],'scope':'admin'}");
    for (Operation operation : calls.operations()) {
      if (operation.getAbsoluteOpenAPIPath().contains("/nodes")) {
        String id = operation.getOperationId();
        boolean lists = id.equals("listNodes");
        assertThat(calls.send(operation, "chat", some).statusCode()).as(id).isEqualTo(403);
        assertThat(calls.send(operation, "chat", tenant).statusCode()).as(id).isEqualTo(403);
        assertThat(calls.send(operation, "chat", looks).statusCode())
            .as(id)
            .isEqualTo(lists ? 200 : 403);
        assertThat(calls.send(operation, "chat", admin).statusCode())
            .as(id)
            .isEqualTo(lists ? 200 : 404);
      }
    }
  }

  /** The table that people read; the names of events stand in its second column. */
  @Test
  void eachEventOfTheWireHasItsRowInTheDocs() throws Exception {
    String rows =
        Files.readAllLines(Path.of("docs/access.md")).stream()
            .filter(line -> line.startsWith("|"))
            .map(line -> line.split("\\|")[2])
            .collect(Collectors.joining());
    for (Event event : Event.values()) {
      if (event != Event.OTHER) {
        assertThat(rows).contains("`" + event.text() + "`");
      }
    }
  }

  /**
   * Whoever may hear a room and nothing else. What the server does not know, or knows only
   * elsewhere, is one of the type's own events, and so a push.
   */
  @Test
  void anEventThatTheTokenDoesNotGiveIsForbidden() {
    String hears = tokens.token("{'sub':'eve','instances':['chat'],'rooms':{'general':['join']}}");
    assertThat(node.refusedUpgrade("chat")).isEqualTo(401);
    try (PhoenixSocket eve = node.connect("chat", "vsn=2.0.0&token=" + hears)) {
      eve.join("general");
      List<String> allowed = new ArrayList<>();
      int ref = 10;
      List<String> events = new ArrayList<>(List.of("move", "state", "msg"));
      Arrays.stream(Event.values())
          .filter(e -> !FREE.contains(e))
          .forEach(e -> events.add(e.text()));
      for (String event : events) {
        eve.send("['1','" + ref + "','general','" + event + "',{}]");
        JsonObject reply = eve.awaitReply(Integer.toString(ref)).getJsonObject(4);
        if (!"forbidden".equals(reply.getJsonObject("response").getString("reason"))) {
          allowed.add(event + " " + reply.encode());
        }
        ref++;
      }
      assertThat(allowed).isEmpty();
      eve.send("['9','9','lobby','phx_join',{}]");
      assertThat(eve.awaitReply("9").encode()).contains("forbidden", "the room right join");
    }
  }
}
