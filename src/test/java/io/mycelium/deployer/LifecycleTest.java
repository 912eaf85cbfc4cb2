package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.connection.Hub;
import io.mycelium.instance.DeployerConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestJournal;
import io.mycelium.testing.TestNode;
import io.mycelium.web.WebVerticle;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Limits, deletes and changes while clients are connected, and the end of a node. */
class LifecycleTest {
  private final FaultyType faulty = new FaultyType();
  private final TestJournal journal = new TestJournal(JournalConfig.DEFAULT);
  private final TestNode node =
      TestNode.builder().types(faulty).store(journal).deployer(threeInstances()).start();

  private static DeployerConfig threeInstances() {
    DeployerConfig d = DeployerConfig.DEFAULT;
    return new DeployerConfig(
        3,
        d.maxStateBytes(),
        d.workerPoolSize(),
        d.maxRestarts(),
        d.restartWindow(),
        d.stopTimeout(),
        d.stuckAfter(),
        d.idleTimeout(),
        d.presenceInterval(),
        "plugins");
  }

  @AfterEach
  void close() {
    node.close();
    journal.close();
  }

  private static JsonObject response(PhoenixSocket client, String ref) {
    return client.awaitReply(ref).getJsonObject(4).getJsonObject("response");
  }

  private static void assertRefused(Future<?> request, ErrorCode code, String says) {
    assertThatThrownBy(() -> TestNode.await(request))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code))
        .hasMessageContaining(says);
  }

  @Test
  void moreThanMaxConnectionsAreRefusedUntilOneLeaves() {
    node.create("{'id':'x','type':'accumulative','config':{'max_connections':2}}");
    PhoenixSocket ada = node.connect("x");
    node.connect("x").join("lobby");
    assertThat(node.refusedUpgrade("x")).isEqualTo(503);
    ada.abort();
    node.awaitInstance("x", i -> i.getInteger("connections") == 1);
    assertThat(node.connect("x").join("lobby").getString("status")).isEqualTo("ok");
  }

  @Test
  void anIdIsTakenOnceAndANodeHoldsNoMoreThanMaxInstances() {
    node.create("{'id':'x','type':'accumulative'}");
    assertRefused(
        node.directory().create(new JsonObject("{\"id\":\"x\",\"type\":\"shared\"}")),
        ErrorCode.ID_TAKEN,
        "x");
    node.create("{'id':'y','type':'accumulative'}");
    node.create("{'id':'z','type':'accumulative'}");
    assertRefused(
        node.directory().create(new JsonObject("{\"type\":\"shared\"}")),
        ErrorCode.MAX_INSTANCES,
        "3");
    TestNode.await(node.directory().delete("x"));
    node.create("{'id':'x','type':'shared'}");
    assertRefused(node.directory().get("nobody"), ErrorCode.UNKNOWN_INSTANCE, "nobody");
    assertThat(node.refusedUpgrade("nobody")).isEqualTo(404);
  }

  @Test
  void aDeleteClosesChannelsAndSockets() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    PhoenixSocket idle = node.connect("x");
    ada.join("r");
    ada.send("['2','2','lobby','phx_join',{}]").awaitReply("2");
    TestNode.await(node.directory().delete("x"));
    assertThat(
            List.of(
                ada.awaitEvent("phx_close").getString(2), ada.awaitEvent("phx_close").getString(2)))
        .containsExactlyInAnyOrder("r", "lobby");
    assertThat(ada.awaitClosed()).isEqualTo(new PhoenixSocket.Closed(4004, "instance_deleted"));
    assertThat(idle.awaitClosed().code()).isEqualTo(4004);
    node.awaitConnections(0);
    node.await(() -> node.onHubs(Hub::links), links -> links == 0);
  }

  @Test
  void aDeleteDuringARestartWins() {
    for (int i = 0; i < 20; i++) {
      node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
      PhoenixSocket ada = node.connect("x");
      ada.join("r");
      Future<?> restart = node.directory().restart("x");
      TestNode.await(node.directory().delete("x"));
      assertThat(ada.awaitClosed().code()).isEqualTo(4004);
      TestNode.await(restart.otherwiseEmpty());
      assertRefused(node.directory().get("x"), ErrorCode.UNKNOWN_INSTANCE, "x");
    }
  }

  @Test
  void aRoomThatIsDeletedIsClosedAndOneThatIsPutIsAnnounced() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    ada.send("['1','1','lobby','phx_join',{}]").awaitReply("1");
    assertThat(ada.awaitEvent("rooms").getJsonObject(4).getJsonArray("data"))
        .isEqualTo(JsonArray.of("lobby", "r"));
    ada.send("['2','2','r','phx_join',{}]").awaitReply("2");
    ada.send("['2','3','r','push',{}]").awaitReply("3");
    TestNode.await(node.directory().deleteRoom("x", "r"));
    assertThat(ada.awaitEvent("phx_close").getString(2)).isEqualTo("r");
    assertThat(ada.awaitEvent("rooms").getJsonObject(4).getJsonArray("data"))
        .isEqualTo(JsonArray.of("lobby"));
    ada.send("['4','4','r','phx_join',{}]");
    assertThat(response(ada, "4").getString("reason")).isEqualTo("unknown_room");
    TestNode.await(node.directory().putRoom("x", "r", new JsonObject()));
    assertThat(ada.awaitEvent("rooms").getJsonObject(4).getJsonArray("data"))
        .isEqualTo(JsonArray.of("lobby", "r"));
    ada.send("['5','5','r','phx_join',{}]");
    assertThat(response(ada, "5").getLong("seq")).isZero();
    ada.send("['5','6','r','push',{}]");
    assertThat(response(ada, "6").getLong("seq")).isEqualTo(1);
    TestNode.await(node.directory().restart("x"));
    assertThat(TestNode.await(node.directory().room("x", "r")).getLong("seq")).isEqualTo(1);
  }

  @Test
  void entriesThatAreStillBeingWrittenDoNotOutliveTheirRoom() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    journal.delay(20_000);
    Future<?> pushed = node.directory().push("x", "r", null, "1");
    TestNode.await(node.directory().deleteRoom("x", "r"));
    TestNode.await(pushed);
    journal.delay(0);
    TestNode.await(node.directory().putRoom("x", "r", new JsonObject()));
    String entries = TestNode.await(node.directory().entries("x", "r", 0, 10)).toString();
    assertThat(new JsonObject(entries).getJsonArray("entries")).isEmpty();
  }

  @Test
  void aRoomWhoseLogicCannotBeginIsRefusedAndTheInstanceGoesOn() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    faulty.failNext("init", IllegalStateException::new);
    JsonObject settings = new JsonObject().put("type", "faulty");
    assertThatThrownBy(() -> TestNode.await(node.directory().putRoom("x", "bad", settings)))
        .isInstanceOf(Refusal.class);
    ada.send("['1','2','r','push',{}]");
    assertThat(response(ada, "2").getLong("seq")).isEqualTo(1);
    assertThat(TestNode.await(node.directory().get("x")).getJsonObject("rooms").fieldNames())
        .doesNotContain("bad");
  }

  @Test
  void anInstanceRunsOnAnEventLoopIfItIsToldTo() {
    node.create("{'id':'x','type':'faulty','config':{'threading':'event-loop'},'rooms':{'r':{}}}");
    assertOrderAcrossACrash();
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void anInstanceRunsOnAVirtualThreadIfItIsToldTo() {
    node.create("{'id':'x','type':'faulty','config':{'threading':'virtual'},'rooms':{'r':{}}}");
    assertOrderAcrossACrash();
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void virtualThreadsAreRefusedWhereThereAreNone() {
    JsonObject spec =
        new JsonObject("{\"type\":\"shared\",\"config\":{\"threading\":\"virtual\"}}");
    assertRefused(node.directory().create(spec), ErrorCode.INVALID_CONFIG, "virtual needs Java 21");
  }

  private void assertOrderAcrossACrash() {
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    for (int i = 1; i <= 50; i++) {
      ada.send("['1','p" + i + "','r','push',{'id':1" + (i == 25 ? ",'throw':'state'" : "") + "}]");
    }
    TestNode.await(node.directory().restart("x"));
    List<Long> seqs = new ArrayList<>();
    for (int i = 1; i < 50; i++) {
      seqs.add(ada.awaitEvent("msg").getJsonObject(4).getLong("seq"));
    }
    assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, 49).boxed().toList());
    assertThat(response(ada, "p25").getString("reason")).isEqualTo("instance_crashed");
  }

  @Test
  void aDrainAnswersWhatIsInFlight() throws InterruptedException {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    List<PhoenixSocket> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      clients.add(node.connect("x"));
      clients.get(i).join("r");
    }
    journal.hold(true);
    PhoenixSocket busy = clients.get(0);
    busy.send("['1','2','r','push',{}]");
    TestJournal.Held held = journal.awaitHeld();
    List<Future<Void>> drains = new ArrayList<>();
    for (WebVerticle web : node.webs()) {
      drains.add(web.drain(10, 5, 0));
    }
    for (PhoenixSocket client : clients.subList(1, 6)) {
      assertThat(client.awaitClosed()).isEqualTo(new PhoenixSocket.Closed(1001, "going_away"));
    }
    assertThat(node.refusedUpgrade("x")).isEqualTo(503);
    busy.send("['1','3','r','push',{}]");
    assertThat(response(busy, "3").getString("reason")).isEqualTo("draining");
    held.release();
    assertThat(response(busy, "2").getLong("seq")).isEqualTo(1);
    assertThat(busy.awaitClosed().code()).isEqualTo(1001);
    TestNode.await(Future.all(drains));
    assertThat(node.onHubs(Hub::connections)).isZero();
  }

  @Test
  void aDrainClosesSomeAtATime() {
    node.create("{'id':'x','type':'accumulative'}");
    List<PhoenixSocket> clients = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      clients.add(node.connect("x"));
    }
    int before = node.onHubs(Hub::connections);
    Future<Void> drained = node.webs().get(0).drain(1, 200, 0);
    Future<Void> others = node.webs().get(1).drain(1, 200, 0);
    int left = node.onHubs(Hub::connections);
    assertThat(before).isEqualTo(12);
    assertThat(left).isEqualTo(10);
    clients
        .subList(0, 12)
        .forEach(client -> assertThat(client.awaitClosed().code()).isEqualTo(1001));
    TestNode.await(Future.all(drained, others));
  }

  @Test
  void aDrainTellsEachClientHowLongToWaitBeforeItReconnects() {
    node.create("{'id':'x','type':'accumulative'}");
    Set<Integer> delays = new HashSet<>();
    List<PhoenixSocket> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(node.connect("x"));
    }
    PhoenixSocket v1 = node.connect("x", "vsn=1.0.0");
    node.drain(1_000_000);
    for (PhoenixSocket client : clients) {
      JsonArray hint = ((PhoenixSocket.Text) client.next()).message();
      assertThat(hint.getList().subList(0, 4)).containsExactly(null, null, "phoenix", "reconnect");
      assertThat(hint.getJsonObject(4).fieldNames()).containsExactly("delay");
      delays.add(hint.getJsonObject(4).getInteger("delay"));
      assertThat(client.next()).isEqualTo(new PhoenixSocket.Closed(1001, "going_away"));
    }
    assertThat(delays).allMatch(delay -> delay >= 0 && delay <= 1_000_000).hasSizeGreaterThan(4);
    JsonObject hint = new JsonObject(((PhoenixSocket.Text) v1.next()).text());
    assertThat(hint.getString("topic")).isEqualTo("phoenix");
    assertThat(hint.getString("event")).isEqualTo("reconnect");
    assertThat(v1.awaitClosed().code()).isEqualTo(1001);
  }

  /** The end of the process would reset its connections, and the reset would overtake the 1001. */
  @Test
  void aDrainWaitsUntilAPeerHasEndedItsHalfToo() {
    node.create("{'id':'x','type':'accumulative'}");
    try (DeafSocket peer = new DeafSocket(node.port(), "x")) {
      List<Future<Void>> drains = new ArrayList<>();
      node.webs().forEach(web -> drains.add(web.drain(10, 5, 0)));
      peer.readUntil("going_away");
      peer.awaitEnd();
      assertThat(node.onHubs(Hub::connections)).isZero();
      assertThat(Future.all(drains).isComplete()).isFalse();
      peer.die();
      TestNode.await(Future.all(drains));
    }
  }

  @Test
  void aDrainWithoutConnectionsIsDoneAtOnce() {
    for (WebVerticle web : node.webs()) {
      TestNode.await(web.drain(10, 1000, 0));
    }
  }
}
