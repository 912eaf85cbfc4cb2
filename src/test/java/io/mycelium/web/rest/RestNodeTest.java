package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.instance.DeployerConfig;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The REST interface of a whole node: every operation, with every documented response that a client
 * can provoke. The client checks each response against its schema.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestNodeTest {
  private static final int MAX_INSTANCES = 8;
  private static final String CHAT = "{'id':'chat','type':'accumulative','rooms':{'r':{}}}";

  /**
   * Responses that this node never gives: it accepts every caller (401, 403), and the directory's
   * own answers depend on no instance.
   */
  private static final Set<String> OUT_OF_REACH =
      Set.of(
          "createInstance 500",
          "listInstances 500",
          "listInstances 503",
          "listInstances 504",
          "getInstance 500",
          "getInstance 503",
          "getInstance 504",
          "deleteInstance 500",
          "deleteInstance 503",
          "deleteInstance 504",
          "restartInstance 500",
          "restartInstance 503",
          "restartInstance 504",
          "getStats 500",
          "getStats 503",
          "getStats 504",
          "getRoom 500",
          "putRoom 500",
          "deleteRoom 500",
          "listEntries 500",
          "getState 500",
          "listRestarts 500",
          "listRestarts 503",
          "listRestarts 504",
          "exportInstance 500",
          "importInstance 500",
          "importInstance 504",
          // Of a tenant and of http.max_import_bytes: TenantQuotaTest, TransferLimitsTest.
          "createInstance 429",
          "importInstance 413",
          "importInstance 429",
          "listTypes 500",
          "listTypes 503",
          "listTypes 504",
          "createRevocation 500",
          "createRevocation 503",
          "createRevocation 504",
          "listRevocations 500",
          "listRevocations 503",
          "listRevocations 504");

  private final Set<String> seen = new TreeSet<>();
  private final FaultyType faulty = new FaultyType();
  private TestNode node;
  private CheckedClient rest;

  @BeforeAll
  void start() {
    DeployerConfig d = DeployerConfig.DEFAULT;
    node =
        TestNode.builder()
            .types(faulty)
            .deployer(
                new DeployerConfig(
                    MAX_INSTANCES,
                    d.maxStateBytes(),
                    4,
                    0,
                    d.restartWindow(),
                    Duration.ofMillis(100),
                    Duration.ofMillis(600),
                    d.idleTimeout(),
                    d.presenceInterval(),
                    d.pluginsDir()))
            .start();
    rest = new CheckedClient(node.vertx(), node.port(), seen);
  }

  @AfterAll
  void nothingThatIsDocumentedWasLeftOut() {
    faulty.release();
    node.close();
    Set<String> expected = rest.documented();
    expected.removeIf(each -> each.endsWith(" 401") || each.endsWith(" 403"));
    expected.removeAll(OUT_OF_REACH);
    expected.removeIf(LoneNodeTest::isOfNodes);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
  }

  @BeforeEach
  void empty() {
    JsonArray left = rest.send("listInstances", "/instances").json().getJsonArray("items");
    left.forEach(
        each -> rest.send("deleteInstance", "/instances/" + ((JsonObject) each).getString("id")));
  }

  @Test
  void anInstanceIsMadeReadListedRestartedAndDeleted() {
    CheckedClient.Checked made = rest.send("createInstance", "/instances", CHAT).is(201);
    assertThat(made.header("Location")).isEqualTo("/api/v1/instances/chat");
    assertThat(made.json().getJsonObject("rooms").fieldNames()).containsExactly("lobby", "r");
    JsonObject read = rest.send("getInstance", "/instances/chat").is(200).json();
    assertThat(read).isEqualTo(made.json());
    rest.send("createInstance", "/instances", "{'type':'shared','name':'Board'}").is(201);
    JsonObject page =
        rest.send("listInstances", "/instances?type=shared&name=oar&status=running").is(200).json();
    assertThat(page.getJsonArray("items")).hasSize(1);
    JsonArray chosen =
        rest.send("listInstances", "/instances?id=nobody&id=chat&id=chat")
            .is(200)
            .json()
            .getJsonArray("items");
    assertThat(chosen).isEqualTo(JsonArray.of(read));
    assertThat(rest.send("listInstances", "/instances?limit=1").json().getString("next"))
        .isNotNull();
    JsonObject restarted = rest.send("restartInstance", "/instances/chat/restart").is(200).json();
    assertThat(restarted.getLong("generation")).isEqualTo(2);
    rest.send("getStats", "/instances/chat/stats").is(200);
    rest.send("listRestarts", "/instances/chat/restarts").is(200);
    rest.send("listTypes", "/types").is(200);
    rest.send("deleteInstance", "/instances/chat").is(204);
    rest.send("getInstance", "/instances/chat").problem(404, "unknown_instance");
  }

  /** In the open mode they hit nobody, but are checked, kept and listed. */
  @Test
  void revocationsAreMadeAndListed() {
    String rule = "{'user':'ada','issued_before':1800000000,'until':1900000000}";
    JsonObject made = rest.send("createRevocation", "/revocations", rule).is(201).json();
    assertThat(made).isEqualTo(new JsonObject(rule.replace('\'', '"')));
    assertThat(rest.send("listRevocations", "/revocations").is(200).json().getJsonArray("items"))
        .isEqualTo(JsonArray.of(made));
    rest.send("createRevocation", "/revocations", "{}").problem(400, "bad_request");
    rest.send("createRevocation", "/revocations", "{'user':''}").problem(422, "invalid_config");
    rest.send("createRevocation", "/revocations", "{'user':'a'}", "text/plain")
        .problem(415, "unsupported_media_type");
    String large = "{'user':'" + "x".repeat(5 << 20) + "'}";
    rest.send("createRevocation", "/revocations", large).problem(413, "message_too_large");
    rest.send("listRevocations", "/revocations?a=1").problem(400, "bad_request");
  }

  @Test
  void theListIsReadPageByPageToItsEnd() {
    Set<String> made = new TreeSet<>();
    for (int i = 0; i < 5; i++) {
      JsonObject instance =
          rest.send("createInstance", "/instances", "{'type':'shared'}").is(201).json();
      made.add(instance.getString("id"));
    }
    List<String> listed = new ArrayList<>();
    String after = "";
    int pages = 0;
    do {
      JsonObject page = rest.send("listInstances", "/instances?limit=2" + after).is(200).json();
      page.getJsonArray("items").forEach(each -> listed.add(((JsonObject) each).getString("id")));
      String next = page.getString("next");
      after = next == null ? null : "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
      pages++;
    } while (after != null);
    assertThat(pages).isEqualTo(3);
    assertThat(listed).containsExactlyElementsOf(made);
  }

  @Test
  void aRoomIsAddedSpokenIntoReadAndRemoved() {
    rest.send("createInstance", "/instances", CHAT).is(201);
    String room = "/instances/chat/rooms/a%20room";
    assertThat(rest.send("putRoom", room, "{}").is(201).header("Location"))
        .isEqualTo("/api/v1/instances/chat/rooms/a%20room");
    rest.send("putRoom", room, "{}").is(200);
    rest.send("putRoom", room, "{'history':1}").problem(409, "id_taken");
    String message = "{'payload':{'n':1.0e2,'text':'ä'},'user':'ci'}";
    assertThat(rest.send("sendMessage", room + "/messages", message).is(200).json())
        .isEqualTo(new JsonObject().put("seq", 1));
    CheckedClient.Checked entries = rest.send("listEntries", room + "/entries?limit=5").is(200);
    assertThat(entries.response().body()).contains("\"payload\":{\"n\":1.0e2,\"text\":\"ä\"}");
    assertThat(rest.send("getState", room + "/state?seq=1").is(200).json().getLong("seq"))
        .isEqualTo(1);
    assertThat(rest.send("getRoom", room).is(200).json().getLong("seq")).isEqualTo(1);
    rest.send("deleteRoom", room).is(204);
    rest.send("getRoom", room).problem(404, "unknown_room");
    rest.send("deleteRoom", "/instances/chat/rooms/lobby").problem(422, "rejected");
  }

  @Test
  void anInstanceIsExportedAndImportedUnderAnotherId() {
    rest.send("createInstance", "/instances", CHAT).is(201);
    String messages = "/instances/chat/rooms/r/messages";
    rest.send("sendMessage", messages, "{'payload':{'n':1.0e2,'text':'ä'},'key':'k'}").is(200);
    String lines = rest.send("exportInstance", "/instances/chat/export").is(200).response().body();
    CheckedClient.Checked made =
        rest.send("importInstance", "/instances/copy/import", lines, Transfer.NDJSON).is(201);
    assertThat(made.header("Location")).isEqualTo("/api/v1/instances/copy");
    assertThat(made.json()).isEqualTo(rest.send("getInstance", "/instances/copy").json());
    String entries = "/rooms/r/entries";
    assertThat(rest.send("listEntries", "/instances/copy" + entries).json().getJsonArray("entries"))
        .isEqualTo(
            rest.send("listEntries", "/instances/chat" + entries).json().getJsonArray("entries"))
        .hasSize(1);
    rest.send("importInstance", "/instances/copy/import", lines, Transfer.NDJSON)
        .problem(409, "id_taken");
    rest.send("importInstance", "/instances/third/import", lines)
        .problem(415, "unsupported_media_type");
    JsonObject problem =
        rest.send("importInstance", "/instances/third/import", lines + "{", Transfer.NDJSON)
            .problem(422, "invalid_payload");
    assertThat(problem.getString("detail"))
        .startsWith("line " + (lines.lines().count() + 1) + ": ");
    rest.send("getInstance", "/instances/third").problem(404, "unknown_instance");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    rest.send("createInstance", "/instances", CHAT).is(201);
    rest.send("deleteInstance", "/instances/none").problem(404, "unknown_instance");
    rest.send("restartInstance", "/instances/none/restart").problem(404, "unknown_instance");
    rest.send("getStats", "/instances/none/stats").problem(404, "unknown_instance");
    rest.send("exportInstance", "/instances/none/export").problem(404, "unknown_instance");
    rest.send("listRestarts", "/instances/none/restarts").problem(404, "unknown_instance");
    rest.send("putRoom", "/instances/none/rooms/r", "{}").problem(404, "unknown_instance");
    String none = "/instances/chat/rooms/none";
    rest.send("deleteRoom", none).problem(404, "unknown_room");
    rest.send("listEntries", none + "/entries").problem(404, "unknown_room");
    rest.send("getState", none + "/state").problem(404, "unknown_room");
    rest.send("sendMessage", none + "/messages", "{'payload':1}").problem(404, "unknown_room");
    HttpResponse<String> path = rest.exchange("GET", "/api/v1/nothing", null, "text/plain");
    assertThat(path.statusCode()).isEqualTo(404);
    assertThat(new JsonObject(path.body()).getString("code")).isEqualTo("not_found");
  }

  @Test
  void aMethodThatAPathDoesNotTakeIsToldWhichItTakes() {
    for (String path : new String[] {"/instances", "/instances/chat", "/instances/chat/rooms/r"}) {
      HttpResponse<String> answer = rest.exchange("PATCH", "/api/v1" + path, null, "text/plain");
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("method_not_allowed");
      assertThat(answer.headers().firstValue("Allow").orElse("")).as(path).contains("GET");
    }
  }

  @Test
  void aParameterThatIsWrongIsNamed() {
    String room = "/instances/chat/rooms/r";
    rest.send("listInstances", "/instances?limit=0").problem(400, "bad_request");
    rest.send("listTypes", "/types?a=1").problem(400, "bad_request");
    rest.send("getInstance", "/instances/a.b").problem(400, "bad_request");
    rest.send("deleteInstance", "/instances/a.b").problem(400, "bad_request");
    rest.send("restartInstance", "/instances/a.b/restart").problem(400, "bad_request");
    rest.send("getStats", "/instances/a.b/stats").problem(400, "bad_request");
    rest.send("exportInstance", "/instances/a.b/export").problem(400, "bad_request");
    rest.send("importInstance", "/instances/a.b/import", "", Transfer.NDJSON)
        .problem(400, "bad_request");
    rest.send("listRestarts", "/instances/a.b/restarts").problem(400, "bad_request");
    rest.send("getRoom", room + "?a=1").problem(400, "bad_request");
    rest.send("deleteRoom", room + "?a=1").problem(400, "bad_request");
    JsonObject problem =
        rest.send("listEntries", room + "/entries?after=x").problem(400, "bad_request");
    assertThat(problem.getJsonArray("errors").getJsonObject(0).getString("field"))
        .isEqualTo("after");
    rest.send("getState", room + "/state?seq=x").problem(400, "bad_request");
    rest.send("createInstance", "/instances", "{'type':").problem(400, "bad_request");
    rest.send("putRoom", room, "{").problem(400, "bad_request");
    rest.send("sendMessage", room + "/messages", "{'payload':01}").problem(400, "bad_request");
  }

  @Test
  void aBodyThatIsRefusedIsRefusedByName() {
    rest.send("createInstance", "/instances", CHAT).is(201);
    rest.send("createInstance", "/instances", CHAT).problem(409, "id_taken");
    JsonObject problem =
        rest.send("createInstance", "/instances", "{'type':'shared','config':{'histroy':1}}")
            .problem(422, "invalid_config");
    assertThat(problem.getJsonArray("errors").getJsonObject(0).getString("field"))
        .isEqualTo("config.histroy");
    rest.send("createInstance", "/instances", "{'type':'none'}").problem(422, "unknown_type");
    String room = "/instances/chat/rooms/r2";
    rest.send("putRoom", room, "{'type':'none'}").problem(422, "unknown_type");
    rest.send("putRoom", room, "{'type':'shared','state':{'a':1}}").is(201);
    rest.send("sendMessage", room + "/messages", "{'payload':{'b':1}}")
        .problem(422, "undeclared_key");
    String large = "{'payload':'" + "x".repeat(4 << 20) + "'}";
    rest.send("createInstance", "/instances", large).problem(413, "message_too_large");
    rest.send("putRoom", room, large).problem(413, "message_too_large");
    rest.send("sendMessage", room + "/messages", large).problem(413, "message_too_large");
    rest.send("createInstance", "/instances", CHAT, "text/plain")
        .problem(415, "unsupported_media_type");
    rest.send("putRoom", room, "{}", "text/plain").problem(415, "unsupported_media_type");
    rest.send("sendMessage", room + "/messages", "{'payload':1}", "text/plain")
        .problem(415, "unsupported_media_type");
  }

  @Test
  void aFullNodeSaysWhenToComeAgain() {
    for (int i = 0; i < MAX_INSTANCES; i++) {
      rest.send("createInstance", "/instances", "{'type':'accumulative'}").is(201);
    }
    CheckedClient.Checked full =
        rest.send("createInstance", "/instances", "{'type':'accumulative'}");
    full.problem(503, "max_instances");
    assertThat(full.header("Retry-After")).isNotNull();
    rest.send("importInstance", "/instances/more/import", "{}", Transfer.NDJSON)
        .problem(503, "max_instances");
  }

  @Test
  void anInstanceThatCrashedTooOftenIsUnavailableUntilItIsRestarted() {
    String room = "/instances/f/rooms/r";
    rest.send("createInstance", "/instances", "{'id':'f','type':'faulty','rooms':{'r':{}}}")
        .is(201);
    rest.send("sendMessage", room + "/messages", "{'payload':{'throw':'state'}}")
        .problem(500, "instance_crashed");
    node.awaitInstance("f", f -> f.getString("status").equals("failed"));
    rest.send("getInstance", "/instances/f").is(200);
    rest.send("getStats", "/instances/f/stats").is(200);
    rest.send("getRoom", room).problem(503, "instance_failed");
    rest.send("putRoom", "/instances/f/rooms/r2", "{}").problem(503, "instance_failed");
    rest.send("deleteRoom", room).problem(503, "instance_failed");
    rest.send("listEntries", "/instances/f/rooms/lobby/entries").problem(503, "instance_failed");
    rest.send("getState", "/instances/f/rooms/lobby/state").problem(503, "instance_failed");
    rest.send("sendMessage", "/instances/f/rooms/lobby/messages", "{'payload':{}}")
        .problem(503, "instance_failed");
    rest.send("exportInstance", "/instances/f/export").problem(503, "instance_failed");
    rest.send("restartInstance", "/instances/f/restart").is(200);
    rest.send("getRoom", "/instances/f/rooms/lobby").is(200);
  }

  @Test
  void anInstanceThatIsStuckIsAnsweredForInTime() {
    for (String operation :
        new String[] {
          "getRoom",
          "putRoom",
          "deleteRoom",
          "listEntries",
          "getState",
          "sendMessage",
          "exportInstance"
        }) {
      String id = "s" + operation;
      String spec = "{'id':'" + id + "','type':'faulty','rooms':{'r':{}}}";
      rest.send("createInstance", "/instances", spec).is(201);
      node.directory().push(id, "r", null, "{\"block\":true}");
      String room = "/instances/" + id + "/rooms/r";
      switch (operation) {
        case "putRoom" -> rest.send(operation, room + "2", "{}").problem(504, "timeout");
        case "listEntries" -> rest.send(operation, room + "/entries").problem(504, "timeout");
        case "getState" -> rest.send(operation, room + "/state").problem(504, "timeout");
        case "exportInstance" ->
            rest.send(operation, "/instances/" + id + "/export").problem(504, "timeout");
        case "sendMessage" ->
            rest.send(operation, room + "/messages", "{'payload':{}}").problem(504, "timeout");
        default -> rest.send(operation, room).problem(504, "timeout");
      }
    }
    faulty.failNext(
        "init",
        () -> {
          faulty.block();
          return new IllegalStateException("too late");
        });
    rest.send("createInstance", "/instances", "{'id':'late','type':'faulty'}")
        .problem(504, "timeout");
  }
}
