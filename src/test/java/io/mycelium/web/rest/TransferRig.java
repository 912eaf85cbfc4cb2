package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.testing.CountingStore;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** A node on a SQLite file, and the two requests over real HTTP. */
final class TransferRig implements AutoCloseable {
  static final String NDJSON = "application/x-ndjson";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  final CountingStore store;
  private final JournalConfig config;
  private TestNode node;

  /** A snapshot every 100 entries, and the newest 50 in memory. */
  TransferRig(Path folder) {
    JournalConfig d = JournalConfig.DEFAULT;
    config =
        new JournalConfig(
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "",
            "",
            Duration.ofSeconds(1),
            d.maxQueuedBytes(),
            100,
            d.pushOnceWindow(),
            50,
            d.maxBytesPerRoom(),
            d.maxResumeEntries());
    store = new CountingStore(JdbcStore.open(config, JournalMeters.NONE));
    node = start();
  }

  private TestNode start() {
    return TestNode.builder().journal(config).store(store).start();
  }

  TestNode node() {
    return node;
  }

  /** Another node takes over the store, as after the end of a process. */
  void restart() {
    node.close();
    node = start();
  }

  HttpResponse<String> send(String method, String path, String type, String body) {
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
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int status(String id) {
    return send("GET", id, NDJSON, null).statusCode();
  }

  String export(String id) {
    HttpResponse<String> exported = send("GET", id + "/export", NDJSON, null);
    assertThat(exported.statusCode()).as(exported.body()).isEqualTo(200);
    assertThat(exported.headers().firstValue("Content-Type")).hasValue(NDJSON);
    return exported.body();
  }

  void imported(String id, String lines) {
    HttpResponse<String> answer = send("POST", id + "/import", NDJSON, lines);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  /** The problem with which these lines are refused; checks that nothing of them is stored. */
  JsonObject refused(String id, String lines, int status) {
    HttpResponse<String> answer = send("POST", id + "/import", NDJSON, lines);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return new JsonObject(answer.body());
  }

  /** Checks that the store has nothing of the instance, and that it is not visible. */
  void isGone(String id) {
    assertThat(status(id)).isEqualTo(404);
    assertThat(TestNode.await(store.instances().find(id))).isNull();
    assertThat(TestNode.await(store.journal().rooms(id))).isEmpty();
  }

  @Override
  public void close() {
    node.close();
    TestNode.await(store.close());
  }
}
