package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports and imports that are large, slow, or break off. */
class TransferFlowTest {
  private static final String HEAD =
      "{\"mycelium\":1,\"createdAt\":1,\"instance\":{\"type\":\"accumulative\"}}\n";

  /** Each line has about 1,000 bytes. */
  private static final int LINES = Integer.getInteger("mycelium.transfer.entries", 30_000);

  private static final int PAGE = 64;

  @TempDir private Path folder;
  private TransferRig rig;

  @BeforeEach
  void open() {
    rig = new TransferRig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static String roomLine(long count) {
    return "{\"room\":\"lobby\",\"epoch\":\"a\",\"first\":1,\"seq\":" + count + "}\n";
  }

  private static String entryLine(long seq) {
    return "{\"entry\":\"lobby\",\"seq\":"
        + seq
        + ",\"at\":1,\"event\":\"push\",\"payload\":\""
        + "x".repeat(930)
        + "\"}\n";
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(new InetSocketAddress("127.0.0.1", rig.node().port()));
    socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void begin(Socket socket, String method, String path, String more)
      throws IOException {
    write(socket, method + " /api/v1/instances/" + path + " HTTP/1.1\r\nHost: h\r\n" + more);
  }

  /** Sends an import of {@code LINES} entries, up to its last but one line. */
  private static void upload(Socket socket, String id) throws IOException {
    String type = "Content-Type: " + TransferRig.NDJSON + "\r\nContent-Length: ";
    String start = HEAD + roomLine(LINES);
    long length = start.length() + end().length();
    for (int seq = 1; seq <= LINES; seq++) {
      length += entryLine(seq).length();
    }
    begin(socket, "POST", id + "/import", type + length + "\r\n\r\n");
    write(socket, start);
    for (int seq = 1; seq <= LINES; seq++) {
      write(socket, entryLine(seq));
    }
  }

  private static String end() {
    return "{\"end\":" + LINES + "}\n";
  }

  private static String answer(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine();
  }

  @Test
  void untilItsLastLineWasThereNobodyFindsIt() throws IOException {
    try (Socket first = connect();
        Socket second = connect()) {
      upload(first, "big");
      assertThat(rig.status("big")).isEqualTo(404);
      assertThat(rig.node().refusedUpgrade("big")).isEqualTo(404);
      JsonObject all = TestNode.await(rig.node().directory().list(new JsonObject()));
      assertThat(all.getJsonArray("items")).isEqualTo(new JsonArray());
      assertThat(rig.send("DELETE", "big", TransferRig.NDJSON, null).statusCode()).isEqualTo(404);
      assertThat(rig.refused("big", HEAD, 409).getString("code")).isEqualTo("id_taken");
      write(first, end());
      assertThat(answer(first)).contains(" 201 ");
    }
    JsonObject state =
        TestNode.await(rig.node().directory().state("big", "lobby", -1)).toJsonObject();
    assertThat(state.getLong("seq")).isEqualTo(LINES);
  }

  @Test
  void aConnectionThatBreaksLeavesNothingBehind() throws IOException {
    try (Socket socket = connect()) {
      upload(socket, "big");
      rig.node().await(() -> TestNode.await(rig.store.instances().find("big")), row -> row != null);
    }
    rig.node().await(() -> TestNode.await(rig.store.instances().find("big")), row -> row == null);
    rig.isGone("big");
    rig.node()
        .await(
            () -> rig.send("POST", "big/import", TransferRig.NDJSON, HEAD + "{\"end\":0}"),
            response -> response.statusCode() == 201);
  }

  @Test
  void aNodeThatEndsInTheMiddleLeavesNothingBehindForTheNext() {
    String half = (HEAD + roomLine(9) + entryLine(1)).strip();
    TestNode.await(rig.node().directory().importLines("u", "big", half, null));
    assertThat(TestNode.await(rig.store.journal().rooms("big"))).hasSize(1);
    rig.restart();
    rig.node().await(() -> TestNode.await(rig.store.instances().find("big")), row -> row == null);
    rig.isGone("big");
    rig.imported("big", HEAD + "{\"end\":0}");
  }

  /** The store is read only as far as the client has taken the export. */
  @Test
  void aSlowReaderIsWaitedForAndGetsItAll() throws IOException {
    try (Socket upload = connect()) {
      upload(upload, "big");
      write(upload, end());
      assertThat(answer(upload)).contains(" 201 ");
    }
    try (Socket slow = connect()) {
      int before = rig.store.reads();
      begin(slow, "GET", "big/export", "Connection: close\r\n\r\n");
      BufferedReader reader = new BufferedReader(new InputStreamReader(slow.getInputStream()));
      assertThat(reader.readLine()).contains(" 200 ");
      int pages = LINES / PAGE;
      rig.export("big");
      int read = rig.store.reads() - before;
      assertThat(read).isBetween(pages, pages + pages / 2);
      long entries = reader.lines().filter(line -> line.startsWith("{\"entry\"")).count();
      assertThat(entries).isEqualTo(LINES);
    }
  }
}
