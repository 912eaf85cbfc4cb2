package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that was away gets the missed entries, or is told that they are not available. */
class ResumeTest {
  private TestNode node;

  private void start(String durability, int inMemory) {
    JournalConfig limits = JournalConfig.DEFAULT.inMemory(inMemory, 8 << 20);
    node = TestNode.builder().journal(limits).start();
    node.create(
        "{'id':'c','type':'accumulative','config':{'durability':'"
            + durability
            + "'},'rooms':{'r':{}}}");
  }

  @AfterEach
  void close() {
    node.close();
  }

  private PhoenixSocket push(int count) {
    PhoenixSocket client = node.connect("c", "vsn=2.0.0&userId=ada");
    client.join("r");
    for (int i = 0; i < count; i++) {
      client.send("['1','p" + i + "','r','push',{'n':" + i + "}]");
      client.awaitReply("p" + i);
    }
    return client;
  }

  private String epoch() {
    return TestNode.await(node.directory().room("c", "r")).getString("epoch");
  }

  private JsonObject rejoin(PhoenixSocket client, String since) {
    client.send("['1','1','r','phx_join',{'since':" + since + "}]");
    return client.awaitReply("1").getJsonObject(4).getJsonObject("response");
  }

  private String since(long seq) {
    return "{'seq':" + seq + ",'epoch':'" + epoch() + "'}";
  }

  /** Sequences of the messages that came, up to {@code last}. */
  private static List<Long> messages(PhoenixSocket client, long last) {
    List<Long> seqs = new ArrayList<>();
    while (seqs.isEmpty() || seqs.get(seqs.size() - 1) < last) {
      seqs.add(client.awaitEvent("msg").getJsonObject(4).getLong("seq"));
    }
    return seqs;
  }

  private static boolean gotState(PhoenixSocket client) {
    return client.rest().stream()
        .anyMatch(
            frame -> frame instanceof PhoenixSocket.Text text && text.event().equals("state"));
  }

  @Test
  void exactlyWhatWasMissedComesAndThenWhatIsNew() {
    start("none", 1000);
    PhoenixSocket ada = push(5);
    PhoenixSocket bob = node.connect("c");
    assertThat(rejoin(bob, since(2)).getBoolean("recovered")).isTrue();
    ada.send("['1','x','r','push',{'n':5}]");
    assertThat(messages(bob, 6)).containsExactly(3L, 4L, 5L, 6L);
    assertThat(gotState(bob)).isFalse();
  }

  @Test
  void missedMessagesLookAsLiveOnesDid() {
    start("sync", 1000);
    PhoenixSocket ada = push(1);
    JsonArray live = ada.awaitEvent("msg");
    PhoenixSocket bob = node.connect("c");
    rejoin(bob, since(0));
    assertThat(bob.awaitEvent("msg")).isEqualTo(live);
  }

  @Test
  void whoMissedNothingGetsNothing() {
    start("none", 1000);
    push(3);
    PhoenixSocket bob = node.connect("c");
    JsonObject reply = rejoin(bob, since(3));
    assertThat(reply.getBoolean("recovered")).isTrue();
    assertThat(reply.getLong("seq")).isEqualTo(3);
    bob.send("['1','2','r','push',{}]");
    assertThat(messages(bob, 4)).containsExactly(4L);
    assertThat(gotState(bob)).isFalse();
  }

  @Test
  void anotherEpochGetsTheWholeState() {
    start("none", 1000);
    push(3);
    PhoenixSocket bob = node.connect("c");
    assertThat(rejoin(bob, "{'seq':1,'epoch':'other'}").getBoolean("recovered")).isFalse();
    JsonObject state = bob.awaitEvent("state").getJsonObject(4);
    assertThat(state.getJsonObject("data").getJsonObject("state").fieldNames())
        .containsExactly("1", "2", "3");
  }

  @Test
  void aPositionThatTheRoomNeverHadGetsTheWholeState() {
    start("none", 1000);
    push(3);
    PhoenixSocket bob = node.connect("c");
    assertThat(rejoin(bob, since(4)).getBoolean("recovered")).isFalse();
    assertThat(bob.awaitEvent("state").getJsonObject(4).getLong("seq")).isEqualTo(3);
  }

  @Test
  void whatIsNoLongerKeptIsRefusedAsAWhole() {
    start("none", 2);
    push(5);
    PhoenixSocket bob = node.connect("c");
    assertThat(rejoin(bob, since(2)).getBoolean("recovered")).isFalse();
    bob.awaitEvent("state");
    PhoenixSocket cleo = node.connect("c");
    assertThat(rejoin(cleo, since(3)).getBoolean("recovered")).isTrue();
    assertThat(messages(cleo, 5)).containsExactly(4L, 5L);
  }

  @Test
  void withoutAPositionTheReplySaysNothingOfRecovery() {
    start("none", 1000);
    PhoenixSocket bob = node.connect("c");
    assertThat(bob.join("r").getJsonObject("response").fieldNames())
        .containsExactlyInAnyOrder("seq", "epoch");
    PhoenixSocket cleo = node.connect("c");
    assertThat(rejoin(cleo, "null").containsKey("recovered")).isFalse();
  }

  @Test
  void aMalformedPositionIsRefusedByName() {
    start("none", 1000);
    PhoenixSocket bob = node.connect("c");
    for (String since :
        List.of("7", "{'seq':-1,'epoch':'x'}", "{'seq':1.5,'epoch':'x'}", "{'seq':1}")) {
      JsonObject refused = rejoin(bob, since);
      assertThat(refused.getString("reason")).isEqualTo("invalid_payload");
      assertThat(refused.getString("message")).startsWith("since is ").contains("expected");
    }
  }

  @Test
  void aRepeatedKeyIsAnsweredWithTheFirstsSequence() {
    start("sync", 1000);
    PhoenixSocket ada = push(1);
    ada.send("['1','a','r','push_once',{'key':'k1','data':{'text':'once'}}]");
    JsonObject first = ada.awaitReply("a").getJsonObject(4).getJsonObject("response");
    assertThat(first).isEqualTo(new JsonObject().put("seq", 2));
    ada.send("['1','b','r','push_once',{'data':{'text':'other'},'key':'k1'}]");
    assertThat(ada.awaitReply("b").getJsonObject(4).getJsonObject("response"))
        .isEqualTo(new JsonObject().put("seq", 2).put("duplicate", true));
    ada.send("['1','c','r','push_once',{'key':'k2','data':[1]}]");
    assertThat(ada.awaitReply("c").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(3);
    assertThat(messages(ada, 3)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aKeyIsKnownAfterACrash() {
    start("none", 1000);
    PhoenixSocket ada = push(1);
    ada.send("['1','a','r','push_once',{'key':'k1','data':1}]");
    ada.awaitReply("a");
    TestNode.await(node.directory().restart("c"));
    ada.send("['1','b','r','push_once',{'key':'k1','data':1}]");
    assertThat(ada.awaitReply("b").getJsonObject(4).getJsonObject("response"))
        .isEqualTo(new JsonObject().put("seq", 2).put("duplicate", true));
  }

  @Test
  void aPushOnceWithoutKeyOrDataIsRefusedByName() {
    start("none", 1000);
    PhoenixSocket ada = push(0);
    List<String> wrong =
        List.of("{'data':1}", "{'key':'','data':1}", "{'key':'k'}", "{'key':'k','data':1,'x':1}");
    for (int i = 0; i < wrong.size(); i++) {
      ada.send("['1','w" + i + "','r','push_once'," + wrong.get(i) + "]");
      JsonObject reply = ada.awaitReply("w" + i).getJsonObject(4);
      assertThat(reply.getString("status")).isEqualTo("error");
      assertThat(reply.getJsonObject("response").getString("message")).contains("expected");
    }
    assertThat(TestNode.await(node.directory().room("c", "r")).getLong("seq")).isZero();
  }

  private JsonObject history(PhoenixSocket client, String query) {
    client.send("['1','h','r','history'," + query + "]");
    return client.awaitReply("h").getJsonObject(4).getJsonObject("response");
  }

  private static List<Long> seqs(JsonObject page) {
    return page.getJsonArray("entries").stream()
        .map(entry -> ((JsonObject) entry).getLong("seq"))
        .toList();
  }

  @Test
  void historyScrollsBackAndForth() {
    start("none", 1000);
    PhoenixSocket ada = push(10);
    JsonObject newest = history(ada, "{'limit':3}");
    assertThat(seqs(newest)).containsExactly(8L, 9L, 10L);
    assertThat(newest.getBoolean("more")).isTrue();
    JsonObject before = history(ada, "{'before':8,'limit':7}");
    assertThat(seqs(before)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(before.getBoolean("more")).isFalse();
    JsonObject after = history(ada, "{'after':4,'limit':2}");
    assertThat(seqs(after)).containsExactly(5L, 6L);
    assertThat(after.getBoolean("more")).isTrue();
    JsonObject entry = before.getJsonArray("entries").getJsonObject(0);
    assertThat(entry.getString("user")).isEqualTo("ada");
    assertThat(entry.getString("event")).isEqualTo("push");
    assertThat(entry.getJsonObject("payload")).isEqualTo(new JsonObject().put("n", 0));
  }

  @Test
  void historyThatIsNoLongerInMemoryComesFromTheJournal() {
    start("sync", 1000);
    PhoenixSocket ada = push(4);
    assertThat(history(ada, "{'limit':0}").getString("message")).contains("limit is 0, expected");
    assertThat(history(ada, "{'foo':0}").getString("message")).contains("foo is 0, expected");
    assertThat(seqs(history(ada, "{}"))).containsExactly(1L, 2L, 3L, 4L);
  }
}
