package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a token of the tenant acme says, it reaches nothing of the tenant zeta. */
class TenantIsolationTest {
  private static final String ZETAS = "zeta-chat";
  private static final String ZETAS_RULE = "{\"tenant\":\"zeta\",\"user\":\"zed\"}";

  private static Tokens tokens;
  private static TestNode node;
  private static ContractCalls calls;
  private static JsonObject before;

  @BeforeContainer
  static void start() {
    tokens = new Tokens();
    node = TestNode.builder().authenticators(tokens.required()).start();
    node.create("{'id':'zeta-chat','type':'accumulative','rooms':{'general':{}}}");
    node.create(
        "{'id':'zeta-open','type':'accumulative','config':{'guests':'write'},'rooms':{'general':{}}}");
    node.create("{'id':'acme-chat','type':'accumulative'}");
    calls = new ContractCalls(node);
    String zeta = tokens.ofTenant("zeta", "{'sub':'zed','instances':['*'],'scope':'admin'}");
    calls.operations().stream()
        .filter(operation -> operation.getOperationId().equals("createRevocation"))
        .forEach(
            operation ->
                assertThat(calls.send(operation, ZETAS, "{\"token\":\"zetas\"}", zeta).statusCode())
                    .isEqualTo(201));
    before = zetas();
  }

  @AfterContainer
  static void stop() {
    node.close();
    tokens.close();
  }

  private static JsonObject zetas() {
    return TestNode.await(node.directory().get(ZETAS));
  }

  @Property(tries = 25)
  void nothingOfAnotherTenantIsReadWrittenMadeOrSeen(@ForAll("claims") JsonObject claims) {
    String token = tokens.ofTenant("acme", claims.encode());
    for (Operation operation : calls.operations()) {
      String id = operation.getOperationId();
      boolean revokes = id.equals("createRevocation");
      HttpResponse<String> answer =
          revokes
              ? calls.send(operation, ZETAS, ZETAS_RULE, token)
              : calls.send(operation, ZETAS, token);
      boolean lists = Set.of("listTypes", "listInstances", "listRevocations").contains(id);
      if (answer.statusCode() != 403) {
        assertThat(answer.statusCode()).as(id + " " + answer.body()).isEqualTo(200);
        assertThat(lists).as(id + " " + answer.body()).isTrue();
        assertThat(answer.body()).as(id).doesNotContain("zeta");
      }
    }
    assertThat(status(ZETAS, token)).isIn(401, 403);
    assertThat(status("zeta-open", token)).isIn(401, 403);
    assertThat(zetas()).isEqualTo(before);
  }

  /** With which an upgrade is refused; without a socket there is no event. */
  private static int status(String instance, String token) {
    try {
      PhoenixSocket.connect(
              node.port(), "/socket/" + instance + "/websocket?vsn=2.0.0&token=" + token)
          .close();
      throw new AssertionError("a token of acme opened a socket to " + instance);
    } catch (CompletionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  @Provide
  Arbitrary<JsonObject> claims() {
    Arbitrary<JsonArray> caps = grant().list().ofMaxSize(2).map(JsonArray::new);
    return Combinators.combine(grant(), caps, Arbitraries.of("ada", "zed").injectNull(0.2))
        .as(
            (grant, more, user) -> {
              JsonObject claims = grant.copy().put("caps", more);
              return user == null ? claims : claims.put("sub", user);
            });
  }

  private static Arbitrary<JsonObject> grant() {
    Arbitrary<JsonArray> instances =
        Arbitraries.of("*", "zeta-*", "zeta-chat", "z*", "acme-*", "acme-chat", "a*", "zeta-open")
            .set()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(ids -> new JsonArray(ids.stream().toList()));
    Arbitrary<String> scopes =
        Arbitraries.of(
            "admin",
            "console",
            "instances:create instances:read instances:delete",
            "messages:write instances:read",
            "");
    Arbitrary<JsonObject> rooms =
        Arbitraries.of(
                new JsonObject().put("*", new JsonArray().add("join").add("push").add("history")),
                new JsonObject().put("general", new JsonArray().add("join")))
            .injectNull(0.5);
    return Combinators.combine(instances, scopes, rooms)
        .as(
            (ids, scope, rights) -> {
              JsonObject grant = new JsonObject().put("instances", ids).put("scope", scope);
              return rights == null ? grant : grant.put("rooms", rights);
            });
  }
}
