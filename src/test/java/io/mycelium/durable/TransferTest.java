package io.mycelium.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JdbcStore;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export and import of an instance over real HTTP, on a real SQLite file. */
class TransferTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String NDJSON = "application/x-ndjson";
  private static final int ENTRIES = 1200;

  @TempDir private Path folder;
  private Store store;
  private TestNode node;

  @BeforeEach
  void open() {
    JournalConfig d = JournalConfig.DEFAULT;
    JournalConfig config =
        new JournalConfig(
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "",
            "",
            d.flushInterval(),
            d.maxQueuedBytes(),
            d.snapshotEvery(),
            d.pushOnceWindow(),
            50,
            d.maxBytesPerRoom(),
            d.maxResumeEntries());
    store = JdbcStore.open(config, JournalMeters.NONE);
    node = TestNode.builder().journal(config).store(store).start();
  }

  @AfterEach
  void close() {
    node.close();
    TestNode.await(store.close());
  }

  private HttpResponse<String> send(String method, String path, String type, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.port() + "/api/v1/instances/" + path))
            .header("Content-Type", type)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String export(String id) throws Exception {
    HttpResponse<String> exported = send("GET", id + "/export", NDJSON, null);
    assertThat(exported.statusCode()).isEqualTo(200);
    assertThat(exported.headers().firstValue("Content-Type")).hasValue(NDJSON);
    return exported.body();
  }

  /** A chat with entries of each kind, and a board that is in memory only. */
  private String fill() {
    node.create(
        "{'id':'c','name':'Office','type':'accumulative','rooms':{'r':{},'board':{'type':'shared','durability':'none','state':{'color':'black'}}}}");
    PhoenixSocket ada = node.connect("c", "vsn=2.0.0&userId=ada");
    String epoch = ada.join("r").getJsonObject("response").getString("epoch");
    for (int i = 1; i < ENTRIES; i++) {
      ada.send("['1','p" + i + "','r','push',{'n':" + i + ",'text':'ünï'}]");
    }
    ada.awaitReply("p" + (ENTRIES - 1));
    ada.send("['1','once','r','push_once',{'key':'k1','data':[1.50]}]").awaitReply("once");
    ada.send("['2','b','board','phx_join',{}]").awaitReply("b");
    ada.send("['2','b2','board','push',{'color':'red'}]").awaitReply("b2");
    return epoch;
  }

  @Test
  void anInstanceIsTheSameAfterExportDeleteAndImport() throws Exception {
    String epoch = fill();
    String lines = export("c");
    assertThat(lines.lines().filter(line -> line.startsWith("{\"entry\":"))).hasSize(ENTRIES);
    assertThat(lines).endsWith("{\"end\":" + ENTRIES + "}\n");
    String before = node.directory().entries("c", "r", 0, 1000).await().toString();
    TestNode.await(node.directory().delete("c"));
    HttpResponse<String> imported = send("POST", "c/import", NDJSON, lines);
    assertThat(imported.statusCode()).as(imported.body()).isEqualTo(201);
    assertThat(new JsonObject(imported.body()).getString("name")).isEqualTo("Office");
    assertThat(node.directory().entries("c", "r", 0, 1000).await().toString()).isEqualTo(before);
    PhoenixSocket bob = node.connect("c");
    bob.send(
        "['1','1','r','phx_join',{'since':{'seq':" + (ENTRIES - 1) + ",'epoch':'" + epoch + "'}}]");
    JsonObject reply = bob.awaitReply("1").getJsonObject(4).getJsonObject("response");
    assertThat(reply.getBoolean("recovered")).isTrue();
    assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(ENTRIES);
    bob.send("['1','2','r','push_once',{'key':'k1','data':[1.50]}]");
    assertThat(bob.awaitReply("2").getJsonObject(4).getJsonObject("response"))
        .isEqualTo(new JsonObject().put("seq", ENTRIES).put("duplicate", true));
    String board = TestNode.await(node.directory().state("c", "board", -1)).toString();
    assertThat(board).contains("\"color\":\"red\"");
    assertThat(export("c").lines().skip(1).sorted().toList())
        .isEqualTo(lines.lines().skip(1).sorted().toList());
  }

  @Test
  void itCanBeImportedUnderAnotherId() throws Exception {
    fill();
    assertThat(send("POST", "copy/import", NDJSON, export("c")).statusCode()).isEqualTo(201);
    assertThat(node.directory().entries("copy", "r", 0, 1000).await())
        .isEqualTo(node.directory().entries("c", "r", 0, 1000).await());
  }

  @Test
  void aCutExportLeavesNothingBehind() throws Exception {
    fill();
    String lines = export("c");
    String cut = lines.substring(0, lines.lastIndexOf("{\"end\""));
    HttpResponse<String> refused = send("POST", "copy/import", NDJSON, cut);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
    assertThat(refused.body()).contains("end");
    assertThat(send("GET", "copy", NDJSON, null).statusCode()).isEqualTo(404);
    assertThat(send("POST", "copy/import", NDJSON, lines).statusCode()).isEqualTo(201);
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    fill();
    String lines = export("c");
    assertThat(send("POST", "c/import", NDJSON, lines).statusCode()).isEqualTo(409);
    assertThat(send("GET", "c", NDJSON, null).statusCode()).isEqualTo(200);
    assertThat(send("POST", "d/import", "application/json", lines).statusCode()).isEqualTo(415);
    assertThat(send("GET", "nowhere/export", NDJSON, null).statusCode()).isEqualTo(404);
    List<String> gap =
        lines.lines().filter(line -> !line.startsWith("{\"entry\":\"r\",\"seq\":7,")).toList();
    HttpResponse<String> refused = send("POST", "d/import", NDJSON, String.join("\n", gap));
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("seq 7 of room r, not 8").contains("line ");
    assertThat(send("POST", "d/import", NDJSON, "{\"no\":1}\n").body()).contains("line 1");
    assertThat(send("POST", "d/import", NDJSON, "nonsense\n").statusCode()).isEqualTo(422);
    assertThat(send("GET", "d", NDJSON, null).statusCode()).isEqualTo(404);
  }
}
