package io.mycelium.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.JsonParts;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.FloodClient;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestJournal;
import io.mycelium.testing.TestJournal.Fate;
import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Invariants 1 and 2: no message is sent before its entry is written, and no state is built on an
 * entry that may not be written.
 */
class JournalFaultTest {
  private final FaultyType faulty = new FaultyType();
  private TestJournal journal = new TestJournal(JournalConfig.DEFAULT);
  private TestNode node;

  private PhoenixSocket start(String room) {
    node = TestNode.builder().store(journal).types(faulty).start();
    node.create("{'id':'f','type':'faulty','rooms':{'r':" + room + "}}");
    return join("ada");
  }

  private PhoenixSocket join(String user) {
    PhoenixSocket client = node.connect("f", "vsn=2.0.0&userId=" + user);
    assertThat(client.join("r").getString("status")).isEqualTo("ok");
    return client;
  }

  @AfterEach
  void close() {
    faulty.release();
    node.close();
    journal.close();
  }

  private static String outcome(PhoenixSocket client, String ref) {
    JsonObject reply = client.awaitReply(ref).getJsonObject(4);
    JsonObject response = reply.getJsonObject("response");
    return reply.getString("status").equals("ok")
        ? "ok " + response.getLong("seq")
        : response.getString("reason");
  }

  private static long msg(PhoenixSocket client) {
    return client.awaitEvent("msg").getJsonObject(4).getLong("seq");
  }

  private String epoch() {
    return TestNode.await(node.directory().room("f", "r")).getString("epoch");
  }

  @Test
  void nothingIsRepliedOrSentBeforeItIsWrittenAndThenInOrder() throws InterruptedException {
    PhoenixSocket ada = start("{}");
    journal.hold(true);
    ada.send("['1','2','r','push',{'id':1}]");
    TestJournal.Held first = journal.awaitHeld();
    ada.send("['1','3','r','push',{'id':2}]");
    ada.send("['1','4','r','push',{'id':3,'mute':true}]");
    ada.send("['9','9','nowhere','phx_join',{}]");
    ada.send("['1','h',null,'heartbeat',{}]".replace("null", "'phoenix'"));
    ada.awaitReply("h");
    assertThat(ada.rest())
        .noneMatch(
            f -> f.toString().contains("msg") || f.toString().contains("\"r\",\"phx_reply\""));
    first.release();
    assertThat(outcome(ada, "2")).isEqualTo("ok 1");
    journal.awaitHeld().release();
    List<String> order = new ArrayList<>();
    while (order.size() < 5) {
      var message =
          ((PhoenixSocket.Text) ada.await(PhoenixSocket.Text.class::isInstance)).message();
      if (message.getString(3).equals("msg") || message.getString(3).equals("phx_reply")) {
        order.add(message.getString(3) + message.getValue(1));
      }
    }
    assertThat(order.stream().filter(o -> o.startsWith("phx_reply")))
        .containsExactly("phx_reply3", "phx_reply4", "phx_reply9");
    assertThat(order.stream().filter(o -> o.startsWith("msg"))).hasSize(2);
  }

  @Test
  void aFailedAppendRestartsFromTheJournalAndAllInDoubtGetAnError() throws InterruptedException {
    PhoenixSocket ada = start("{}");
    PhoenixSocket bob = join("bob");
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(outcome(ada, "2")).isEqualTo("ok 1");
    String epoch = epoch();
    journal.next(Fate.LOST);
    journal.delay(20_000);
    ada.send("['1','3','r','push',{'id':2}]");
    bob.send("['1','3','r','push',{'id':3}]");
    assertThat(outcome(ada, "3")).isEqualTo("instance_crashed");
    assertThat(outcome(bob, "3")).isIn("instance_crashed", "ok 2");
    journal.delay(0);
    node.awaitInstance(
        "f", i -> i.getLong("generation") == 2 && i.getString("status").equals("running"));
    ada.send("['1','4','r','push',{'id':4}]");
    String last = outcome(ada, "4");
    assertThat(last).startsWith("ok");
    for (long seq = 1; seq <= Long.parseLong(last.substring(3)); seq++) {
      assertThat(msg(ada)).isEqualTo(seq);
      assertThat(msg(bob)).isEqualTo(seq);
    }
    assertThat(epoch()).isEqualTo(epoch);
    assertThat(bob.rest()).noneMatch(f -> f.toString().contains("phx_error"));
    assertThat(TestNode.await(node.directory().get("f")).getString("lastError"))
        .contains("the disk is full");
  }

  @Test
  void anEntryThatWasWrittenThoughTheAppendFailedReachesEveryone() {
    PhoenixSocket ada = start("{}");
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(outcome(ada, "2")).isEqualTo("ok 1");
    journal.next(Fate.KEPT_UNKNOWN);
    ada.send("['1','3','r','push',{'id':2}]");
    assertThat(outcome(ada, "3")).isEqualTo("instance_crashed");
    assertThat(msg(ada)).isEqualTo(1);
    assertThat(msg(ada)).isEqualTo(2);
    PhoenixSocket late = join("late");
    assertThat(
            late.awaitEvent("state")
                .getJsonObject(4)
                .getJsonObject("data")
                .getJsonObject("state")
                .getLong("sum"))
        .isEqualTo(3);
  }

  @Test
  void aCrashBehindAFailedAppendRestartsFromTheJournalToo() {
    PhoenixSocket ada = start("{}");
    journal.next(Fate.LOST);
    journal.delay(30_000);
    ada.send("['1','2','r','push',{'id':1}]");
    ada.send("['1','3','r','push',{'id':2,'throw':'state'}]");
    assertThat(outcome(ada, "2")).isEqualTo("instance_crashed");
    assertThat(outcome(ada, "3")).isEqualTo("instance_crashed");
    journal.delay(0);
    ada.send("['1','4','r','push',{'id':4}]");
    assertThat(outcome(ada, "4")).isEqualTo("ok 1");
    assertThat(msg(ada)).isEqualTo(1);
  }

  @Test
  void whereTheJournalHasLostTheFirstEntriesChannelsJoinAnewInANewEpoch() {
    journal.close();
    journal = new TestJournal(JournalConfig.DEFAULT.inMemory(2, 1 << 20));
    PhoenixSocket ada = start("{}");
    for (int i = 1; i <= 3; i++) {
      ada.send("['1','p" + i + "','r','push',{'id':" + i + "}]");
      assertThat(outcome(ada, "p" + i)).isEqualTo("ok " + i);
    }
    String epoch = epoch();
    journal.next(Fate.LOST);
    ada.send("['1','4','r','push',{'id':4}]");
    assertThat(outcome(ada, "4")).isEqualTo("instance_crashed");
    ada.awaitEvent("phx_error");
    node.awaitInstance(
        "f", i -> i.getLong("generation") == 2 && i.getString("status").equals("running"));
    assertThat(epoch()).isNotEqualTo(epoch);
    ada.send("['5','5','r','phx_join',{}]");
    assertThat(outcome(ada, "5")).isEqualTo("ok 3");
    ada.send("['5','6','r','push',{'id':4}]");
    assertThat(outcome(ada, "6")).isEqualTo("ok 4");
    node.awaitInstance("f", i -> i.getInteger("connections") == 1);
  }

  @Test
  void presenceAndTicksSurviveAFailedAppend() {
    PhoenixSocket ada = start("{}");
    ada.send("['1','2','r','push',{'id':1,'mute':true,'tick':200}]").awaitReply("2");
    journal.next(Fate.LOST);
    ada.send("['1','3','r','push',{'id':2}]");
    assertThat(outcome(ada, "3")).isEqualTo("instance_crashed");
    PhoenixSocket bob = join("bob");
    assertThat(bob.awaitEvent("presence_state").getJsonObject(4).fieldNames())
        .containsExactlyInAnyOrder("ada", "bob");
    assertThat(msg(ada)).isEqualTo(1);
  }

  @Test
  void aJournalThatAnswersLateOnAnotherThreadKeepsEveryonesOrder() {
    node = TestNode.builder().store(journal).types(faulty).supervision(100, 4, 5000).start();
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    journal.delay(300);
    Vertx clients = Vertx.vertx();
    List<FloodClient> flood = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      flood.add(FloodClient.join(clients, node.port(), "f", "r", "u" + i));
    }
    for (int n = 1; n <= 500; n++) {
      for (int i = 0; i < flood.size(); i++) {
        flood.get(i).push(i * 1000L + n, n % 50 == 0 && i == 0 ? ",\"throw\":\"state\"" : "");
      }
      if (n % 100 == 0) {
        TestNode.await(node.directory().restart("f"));
      }
    }
    flood.forEach(client -> client.awaitAnswers(500));
    long seq = TestNode.await(node.directory().room("f", "r")).getLong("seq");
    flood.forEach(client -> client.awaitSeq(seq));
    for (FloodClient client : flood) {
      assertThat(client.seen()).hasSize((int) seq).isEqualTo(flood.get(0).seen());
      assertThat(client.seen().get((int) seq - 1).seq()).isEqualTo(seq);
      assertThat(client.others())
          .noneMatch(text -> text.contains("phx_error") || text.contains("answered twice"));
    }
    flood.forEach(FloodClient::close);
    flood.forEach(client -> client.await(FloodClient::isClosed));
    TestNode.await(clients.close());
  }

  @Test
  void whatAStaleGenerationSaysIsNotHeard() {
    PhoenixSocket ada = start("{}");
    TestNode.await(node.directory().restart("f"));
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(outcome(ada, "2")).isEqualTo("ok 1");
    assertThat(msg(ada)).isEqualTo(1);
    byte[] json = "{\"stale\":true}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] event = "\"msg\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    node.vertx()
        .eventBus()
        .publish(
            Addresses.deliveries("f"),
            new DeliveryBatch(
                "f",
                1,
                1,
                List.of(new Outbound.Delivery("r", event, 2, 2, null, JsonParts.whole(json)))));
    ada.send("['1','3','r','push',{'id':2}]");
    assertThat(outcome(ada, "3")).isEqualTo("ok 2");
    assertThat(ada.awaitEvent("msg").getJsonObject(4).containsKey("stale")).isFalse();
  }
}
