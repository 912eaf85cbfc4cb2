package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.BrittleType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Idle instances, and nodes that stop and start, on a real SQLite file. */
class SleepTest {
  private static final int IDLE_MS = 200;

  @TempDir private Path folder;
  private Store store;
  private TestNode node;

  @BeforeEach
  void open() {
    open(IDLE_MS, Duration.ofMillis(5));
  }

  private void open(int idleMs, Duration flushInterval) {
    JournalConfig d = JournalConfig.DEFAULT;
    JournalConfig config =
        new JournalConfig(
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "",
            "",
            flushInterval,
            d.maxQueuedBytes(),
            10,
            d.pushOnceWindow(),
            50,
            d.maxBytesPerRoom(),
            d.maxResumeEntries());
    store = JdbcStore.open(config, JournalMeters.NONE);
    node =
        TestNode.builder()
            .journal(config)
            .store(store)
            .types(new BrittleType())
            .idleTimeout(idleMs)
            .start();
  }

  @AfterEach
  void close() {
    node.close();
    TestNode.await(store.close());
  }

  private void reopen() {
    close();
    open(0, Duration.ofMillis(5));
  }

  private void create(String type, String durability) {
    node.create(
        "{'id':'c','type':'"
            + type
            + "','config':{'durability':'"
            + durability
            + "'},'rooms':{'r':{}}}");
  }

  private void push(PhoenixSocket client, int from, int to) {
    for (int i = from; i <= to; i++) {
      client.send("['1','p" + i + "','r','push',{'n':" + i + "}]");
      assertThat(response(client, "p" + i).getLong("seq")).isEqualTo(i);
    }
  }

  private static JsonObject response(PhoenixSocket client, String ref) {
    return client.awaitReply(ref).getJsonObject(4).getJsonObject("response");
  }

  private static JsonObject join(PhoenixSocket client, String payload) {
    client.send("['1','1','r','phx_join'," + payload + "]");
    return response(client, "1");
  }

  private void awaitIdle() {
    node.awaitInstance("c", found -> found.getString("status").equals("idle"));
  }

  @Test
  void oneThatSleepsKeepsItsSocketsAndWakesForTheNextPush() {
    create("accumulative", "sync");
    PhoenixSocket ada = node.connect("c", "vsn=2.0.0&userId=ada");
    PhoenixSocket bob = node.connect("c", "vsn=2.0.0&userId=bob");
    join(ada, "{}");
    join(bob, "{}");
    push(ada, 1, 3);
    awaitIdle();
    push(ada, 4, 4);
    for (long seq = 1; seq <= 4; seq++) {
      assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(seq);
    }
    assertThat(bob.rest()).noneMatch(frame -> frame.toString().contains("phx_error"));
    JsonObject woken = TestNode.await(node.directory().get("c"));
    assertThat(woken.getInteger("connections")).isEqualTo(2);
    assertThat(woken.getLong("generation")).isEqualTo(2);
  }

  @Test
  void oneThatNobodyIsConnectedToWakesForAConnectionWithItsState() {
    create("shared", "none");
    node.create("{'id':'d','type':'shared','config':{'open':true,'durability':'none'}}");
    PhoenixSocket ada = node.connect("d");
    ada.join("lobby");
    ada.send("['1','2','lobby','push',{'color':'red'}]").awaitReply("2");
    ada.close();
    node.awaitInstance("d", found -> found.getString("status").equals("idle"));
    PhoenixSocket bob = node.connect("d");
    bob.join("lobby");
    JsonObject state = bob.awaitEvent("state").getJsonObject(4);
    assertThat(state.getLong("seq")).isEqualTo(1);
    assertThat(state.getJsonObject("data").getJsonObject("state").getString("color"))
        .isEqualTo("red");
  }

  @Test
  void listingAndReadingDoNotWakeIt() {
    create("accumulative", "sync");
    awaitIdle();
    assertThat(TestNode.await(node.directory().stats("c")).getInteger("connections")).isZero();
    JsonObject filter = new JsonObject().put("status", "idle");
    assertThat(TestNode.await(node.directory().list(filter)).getJsonArray("items")).hasSize(1);
    JsonObject running = new JsonObject().put("status", "running");
    assertThat(TestNode.await(node.directory().list(running)).getJsonArray("items")).isEmpty();
    assertThat(TestNode.await(node.directory().get("c")).getLong("generation")).isEqualTo(1);
  }

  @Test
  void afterARestartInstancesRoomsEntriesAndKeysAreThereAndPositionsHold() {
    create("accumulative", "sync");
    PhoenixSocket ada = node.connect("c", "vsn=2.0.0&userId=ada");
    String epoch = join(ada, "{}").getString("epoch");
    push(ada, 1, 120);
    ada.send("['1','k','r','push_once',{'key':'k','data':1}]");
    assertThat(response(ada, "k").getLong("seq")).isEqualTo(121);
    reopen();
    assertThat(TestNode.await(node.directory().get("c")).getString("status")).isEqualTo("idle");
    PhoenixSocket bob = node.connect("c");
    JsonObject resumed = join(bob, "{'since':{'seq':3,'epoch':'" + epoch + "'}}");
    assertThat(resumed.getBoolean("recovered")).isTrue();
    for (long seq = 4; seq <= 121; seq++) {
      assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(seq);
    }
    bob.send("['1','k','r','push_once',{'key':'k','data':1}]");
    assertThat(response(bob, "k"))
        .isEqualTo(new JsonObject().put("seq", 121).put("duplicate", true));
    push(bob, 122, 122);
  }

  @Test
  void theStateOfEachEntryCanBeMadeAgain() {
    create("accumulative", "sync");
    PhoenixSocket ada = node.connect("c");
    join(ada, "{}");
    push(ada, 1, 120);
    for (long seq : new long[] {0, 1, 9, 10, 11, 77, 120}) {
      JsonObject state = TestNode.await(node.directory().state("c", "r", seq)).toJsonObject();
      assertThat(state.getLong("seq")).isEqualTo(seq);
      assertThat(state.getJsonObject("data").getJsonObject("state").size())
          .isEqualTo((int) Math.min(seq, 100));
    }
  }

  @Test
  void whatIsToBeWrittenLaterCanBeReadAtOnce() {
    close();
    open(0, Duration.ofMinutes(1));
    create("accumulative", "async");
    PhoenixSocket ada = node.connect("c");
    join(ada, "{}");
    push(ada, 1, 60);
    Buffer page = TestNode.await(node.directory().entries("c", "r", 5, 100));
    assertThat(page.toJsonObject().getJsonArray("entries")).hasSize(55);
    push(ada, 61, 120);
    JsonObject state = TestNode.await(node.directory().state("c", "r", 119)).toJsonObject();
    assertThat(state.getLong("seq")).isEqualTo(119);
  }

  @Test
  void anAsyncRoomGoesOnUnderItsEpochAfterACleanEnd() {
    create("accumulative", "async");
    PhoenixSocket ada = node.connect("c");
    String epoch = join(ada, "{}").getString("epoch");
    push(ada, 1, 5);
    reopen();
    PhoenixSocket bob = node.connect("c");
    JsonObject resumed = join(bob, "{'since':{'seq':2,'epoch':'" + epoch + "'}}");
    assertThat(resumed.getBoolean("recovered")).isTrue();
    assertThat(resumed.getLong("seq")).isEqualTo(5);
  }

  /**
   * Else it would go on below the generation of entries that wait to be written, or without them.
   */
  @Test
  void oneWithoutSnapshotsSleepsOnceItsEntriesAreWritten() {
    close();
    open(IDLE_MS, Duration.ofMinutes(1));
    create("brittle", "async");
    for (int i = 0; i < 2; i++) {
      Future<JsonObject> crash = node.directory().push("c", "r", null, "\"crash\"");
      assertThatThrownBy(() -> TestNode.await(crash)).isInstanceOf(Refusal.class);
      node.awaitInstance("c", found -> found.getString("status").equals("running"));
    }
    for (long seq = 1; seq <= 3; seq++) {
      JsonObject pushed = TestNode.await(node.directory().push("c", "r", null, "1"));
      assertThat(pushed.getLong("seq")).isEqualTo(seq);
      awaitIdle();
    }
    JsonObject woken = TestNode.await(node.directory().room("c", "r"));
    assertThat(woken.getLong("seq")).isEqualTo(3);
  }

  @Test
  void whoWasInACollaborativeRoomWhenTheNodeEndedIsNotInItAfterwards() {
    create("collaborative", "sync");
    PhoenixSocket ada = node.connect("c", "vsn=2.0.0&userId=ada");
    join(ada, "{}");
    push(ada, 1, 1);
    reopen();
    PhoenixSocket bob = node.connect("c", "vsn=2.0.0&userId=bob");
    join(bob, "{}");
    assertThat(
            bob.awaitEvent("state").getJsonObject(4).getJsonObject("data").getJsonObject("state"))
        .isEqualTo(new JsonObject());
  }

  @Test
  void aFailedInstanceIsStillFailedAfterARestartAndARoomThatWasAddedIsThere() {
    create("accumulative", "sync");
    TestNode.await(node.directory().putRoom("c", "later", new JsonObject()));
    reopen();
    PhoenixSocket ada = node.connect("c");
    ada.send("['1','1','later','phx_join',{}]");
    assertThat(response(ada, "1").getLong("seq")).isZero();
    TestNode.await(node.directory().deleteRoom("c", "later"));
    TestNode.await(node.directory().delete("c"));
    reopen();
    JsonObject all = TestNode.await(node.directory().list(new JsonObject()));
    assertThat(all.getJsonArray("items")).isEmpty();
  }
}
