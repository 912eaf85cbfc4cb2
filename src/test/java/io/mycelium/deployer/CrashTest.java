package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 7: only the push that caused a crash notices it, until there are too many crashes. */
class CrashTest {
  private static final int ROUNDS = 40;

  private final FaultyType faulty = new FaultyType();
  private final TestNode node = TestNode.builder().types(faulty).supervision(10, 4, 2000).start();

  @AfterEach
  void close() {
    node.close();
  }

  private PhoenixSocket joined(String user) {
    PhoenixSocket client = node.connect("f", "vsn=2.0.0&userId=" + user);
    assertThat(client.join("r").getString("status")).isEqualTo("ok");
    return client;
  }

  private JsonObject instance() {
    return TestNode.await(node.directory().get("f"));
  }

  private static JsonObject reply(PhoenixSocket client, String ref) {
    return client.awaitReply(ref).getJsonObject(4);
  }

  private static String outcome(PhoenixSocket client, String ref) {
    JsonObject reply = reply(client, ref);
    return reply.getString("status").equals("ok")
        ? "ok " + reply.getJsonObject("response").getLong("seq")
        : reply.getJsonObject("response").getString("reason");
  }

  /** Retries like a Phoenix client: hubs may learn of the revival a moment after its requester. */
  private static String rejoin(PhoenixSocket client) {
    for (int i = 0; ; i++) {
      client.send("['4','j" + i + "','r','phx_join',{}]");
      String outcome = outcome(client, "j" + i);
      if (!outcome.equals("instance_failed") || i > 1000) {
        return outcome;
      }
    }
  }

  private static List<Long> seqs(PhoenixSocket client, int count) {
    List<Long> seqs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seqs.add(client.awaitEvent("msg").getJsonObject(4).getLong("seq"));
    }
    return seqs;
  }

  private void awaitGeneration(long generation) {
    node.awaitInstance(
        "f", i -> i.getLong("generation") == generation && i.getString("status").equals("running"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"state", "stack", "linkage"})
  void aPushThatThrowsGetsAnErrorAndThoseAroundItInTheSameBatchNoticeNothing(String how) {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    PhoenixSocket bob = joined("bob");
    for (int i = 2; i <= 9; i++) {
      ada.send(
          "['1','"
              + i
              + "','r','push',{'id':"
              + i
              + (i == 5 ? ",'throw':'" + how + "'" : "")
              + "}]");
    }
    List<String> outcomes = new ArrayList<>();
    for (int i = 2; i <= 9; i++) {
      outcomes.add(outcome(ada, Integer.toString(i)));
    }
    assertThat(outcomes)
        .containsExactly(
            "ok 1", "ok 2", "ok 3", "instance_crashed", "ok 4", "ok 5", "ok 6", "ok 7");
    assertThat(seqs(ada, 7)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    assertThat(seqs(bob, 7)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    // The new generation answers before the deployer learns that it runs.
    awaitGeneration(2);
    PhoenixSocket late = joined("late");
    JsonObject state = late.awaitEvent("state").getJsonObject(4);
    assertThat(state.getLong("seq")).isEqualTo(7);
    assertThat(state.getJsonObject("data").getJsonObject("state"))
        .isEqualTo(new JsonObject().put("count", 7).put("sum", 2 + 3 + 4 + 6 + 7 + 8 + 9));
    assertThat(bob.rest()).noneMatch(frame -> frame.toString().contains("phx_error"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onPush", "apply", "delta"})
  void whateverAHookThrowsThePushLeavesNothingBehind(String hook) {
    List<Supplier<Throwable>> kinds =
        List.of(
            IllegalStateException::new,
            StackOverflowError::new,
            () -> new NoClassDefFoundError("gone"),
            () -> new OutOfMemoryError("as if"),
            () -> new java.io.IOException("checked"));
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    int ref = 2;
    for (Supplier<Throwable> kind : kinds) {
      faulty.failNext(hook, kind);
      ada.send("['1','" + ref + "','r','push',{'id':1}]");
      assertThat(outcome(ada, Integer.toString(ref++))).isEqualTo("instance_crashed");
    }
    ada.send("['1','" + ref + "','r','push',{'id':1}]");
    assertThat(outcome(ada, Integer.toString(ref))).isEqualTo("ok 1");
    assertThat(instance().getLong("generation")).isEqualTo(1 + kinds.size());
  }

  @Test
  void anEffectThatCannotBeCarriedOutUndoesThoseBeforeIt() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    ada.send("['1','2','r','push',{'id':1,'broadcastNull':true}]");
    assertThat(outcome(ada, "2")).isEqualTo("instance_crashed");
    ada.send("['1','3','r','push',{'id':1}]");
    assertThat(outcome(ada, "3")).isEqualTo("ok 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"onJoin", "view"})
  void aJoinThatThrowsIsRefusedAndTheNextOneWorks(String hook) {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket bob = joined("bob");
    bob.awaitEvent("presence_state");
    bob.send("['1','2','r','push',{'id':1}]");
    bob.awaitReply("2");
    PhoenixSocket ada = node.connect("f", "vsn=2.0.0&userId=ada");
    faulty.failNext(hook, IllegalStateException::new);
    assertThat(ada.join("r").getJsonObject("response").getString("reason"))
        .isEqualTo("instance_crashed");
    ada.send("['5','6','r','phx_join',{}]");
    assertThat(outcome(ada, "6")).isEqualTo("ok 1");
    JsonObject presence = ada.awaitEvent("presence_state").getJsonObject(4);
    assertThat(presence.getJsonObject("ada").getJsonArray("metas")).hasSize(1);
    JsonObject room = TestNode.await(node.directory().room("f", "r"));
    assertThat(room.getInteger("channels")).isEqualTo(2);
  }

  @Test
  void aLeaveThatThrowsIsALeave() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{},'s':{}}}");
    PhoenixSocket ada = joined("ada");
    PhoenixSocket bob = joined("bob");
    bob.send("['7','7','s','phx_join',{}]").awaitReply("7");
    faulty.failNext("onLeave", () -> new NoClassDefFoundError("gone"));
    ada.send("['1','2','r','phx_leave',{}]");
    assertThat(reply(ada, "2").getString("status")).isEqualTo("ok");
    ada.awaitEvent("phx_close");
    faulty.failNext("onLeave", () -> new NoClassDefFoundError("gone"));
    bob.abort();
    node.awaitInstance("f", i -> i.getLong("generation") == 3 && i.getInteger("connections") == 1);
    assertThat(TestNode.await(node.directory().room("f", "r")).getInteger("channels")).isZero();
    assertThat(TestNode.await(node.directory().room("f", "s")).getInteger("channels")).isZero();
  }

  @Test
  void ticksSurviveACrash() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    ada.send("['1','2','r','push',{'id':1,'tick':150}]");
    ada.send("['1','3','r','push',{'id':2,'throw':'state'}]");
    assertThat(outcome(ada, "2")).isEqualTo("ok 1");
    assertThat(outcome(ada, "3")).isEqualTo("instance_crashed");
    assertThat(seqs(ada, 2)).containsExactly(1L, 2L);
  }

  @Test
  void aTickThatThrowsComesAgain() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    faulty.failNext("onTick", IllegalStateException::new);
    ada.send("['1','2','r','push',{'id':1,'tick':20}]");
    assertThat(seqs(ada, 2)).containsExactly(1L, 2L);
    assertThat(instance().getLong("generation")).isEqualTo(2);
  }

  @Test
  void aLaterTickReplacesAnEarlierOne() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    ada.send("['1','2','r','push',{'mute':true,'tick':30}]");
    ada.send("['1','3','r','push',{'mute':true,'tick':60}]");
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(1);
    ada.send("['1','4','r','push',{'mute':true,'tick':120}]");
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(2);
    assertThat(TestNode.await(node.directory().room("f", "r")).getLong("seq")).isEqualTo(2);
  }

  @Test
  void whatAPatchIntervalHoldsSurvivesACrash() {
    node.create("{'id':'f','type':'faulty','config':{'patch_interval':100},'rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    ada.send("['1','2','r','push',{'id':1}]");
    ada.send("['1','3','r','push',{'id':2}]");
    ada.send("['1','4','r','push',{'id':3,'throw':'state'}]");
    ada.send("['1','5','r','push',{'id':4}]");
    assertThat(outcome(ada, "5")).isEqualTo("ok 3");
    List<String> entries = new ArrayList<>();
    for (long last = 0; last < 3; ) {
      JsonObject msg = ada.awaitEvent("msg").getJsonObject(4);
      entries.addAll(msg.getJsonObject("data").getJsonObject("state").fieldNames());
      last = msg.getLong("seq");
    }
    assertThat(entries).containsExactly("1", "2", "3");
  }

  @Test
  void aPatchThatCannotBeRenderedIsSentByTheSuccessor() {
    node.create("{'id':'f','type':'faulty','config':{'patch_interval':50},'rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    faulty.failNext("delta", IllegalStateException::new);
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(seqs(ada, 1)).containsExactly(1L);
    assertThat(instance().getLong("generation")).isEqualTo(2);
  }

  @Test
  void tooManyCrashesFailTheInstanceAndARestartRevivesItWithItsState() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    node.create("{'id':'other','type':'accumulative'}");
    PhoenixSocket other = node.connect("other");
    other.join("lobby");
    PhoenixSocket ada = joined("ada");
    ada.send("['1','2','r','push',{'id':1}]").awaitReply("2");
    for (int i = 0; i <= 10; i++) {
      ada.send("['1','c" + i + "','r','push',{'throw':'state'}]");
      assertThat(outcome(ada, "c" + i)).isEqualTo("instance_crashed");
    }
    ada.awaitEvent("phx_error");
    JsonObject failed = node.awaitInstance("f", i -> i.getString("status").equals("failed"));
    assertThat(failed.getString("lastError")).contains("poison");
    ada.send("['2','3','r','phx_join',{}]");
    assertThat(outcome(ada, "3")).isEqualTo("instance_failed");
    assertThat(node.refusedUpgrade("f")).isEqualTo(503);
    other.send("['1','2','lobby','push',{}]");
    assertThat(outcome(other, "2")).isEqualTo("ok 1");

    JsonObject revived = TestNode.await(node.directory().restart("f"));
    assertThat(revived.getString("status")).isEqualTo("running");
    assertThat(rejoin(ada)).isEqualTo("ok 1");
    JsonArray state =
        ada.awaitMessage(m -> "4".equals(m.getString(0)) && "state".equals(m.getString(3)));
    assertThat(state.getJsonObject(4).getJsonObject("data").getJsonObject("state").getLong("sum"))
        .isEqualTo(1);
    ada.send("['4','5','r','push',{'id':2}]");
    assertThat(outcome(ada, "5")).isEqualTo("ok 2");
  }

  @Test
  void whoLeavesWhileTheInstanceIsFailedIsGoneWhenItIsRevived() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    PhoenixSocket bob = joined("bob");
    for (int i = 0; i <= 10; i++) {
      ada.send("['1','c" + i + "','r','push',{'throw':'state'}]").awaitReply("c" + i);
    }
    bob.awaitEvent("phx_error");
    bob.abort();
    node.awaitConnections(1);
    TestNode.await(node.directory().restart("f"));
    assertThat(rejoin(ada)).isEqualTo("ok 0");
    node.awaitInstance("f", i -> i.getInteger("connections") == 1);
  }

  @Test
  void aRestartIsInvisibleToClients() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    PhoenixSocket bob = joined("bob");
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        ada.send("['1','" + (10 + round * 10 + i) + "','r','push',{'id':1}]");
      }
      TestNode.await(node.directory().restart("f"));
    }
    List<Long> expected = java.util.stream.LongStream.rangeClosed(1, 200).boxed().toList();
    assertThat(seqs(ada, 200)).isEqualTo(expected);
    assertThat(seqs(bob, 200)).isEqualTo(expected);
    for (int i = 0; i < 200; i++) {
      assertThat(outcome(ada, Integer.toString(10 + i))).isEqualTo("ok " + (i + 1));
    }
    assertThat(bob.rest())
        .noneMatch(f -> f.toString().contains("phx_error") || f.toString().contains("phx_close"));
    assertThat(instance().getLong("generation")).isEqualTo(21);
  }

  @Test
  void restartsAndCrashesAtOnceLoseNothing() {
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = joined("ada");
    int ref = 10;
    List<String> outcomes = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      ada.send("['1','" + ref++ + "','r','push',{'id':1}]");
      ada.send("['1','" + ref++ + "','r','push',{'throw':'state'}]");
      var restarted = node.directory().restart("f");
      ada.send("['1','" + ref++ + "','r','push',{'id':1}]");
      TestNode.await(restarted);
    }
    for (int i = 10; i < ref; i++) {
      outcomes.add(outcome(ada, Integer.toString(i)));
    }
    assertThat(outcomes.stream().filter(o -> o.equals("instance_crashed"))).hasSize(ROUNDS);
    assertThat(outcomes.stream().filter(o -> o.startsWith("ok")))
        .hasSize(2 * ROUNDS)
        .doesNotHaveDuplicates();
    assertThat(seqs(ada, 2 * ROUNDS))
        .isEqualTo(java.util.stream.LongStream.rangeClosed(1, 2 * ROUNDS).boxed().toList());
    assertThat(ada.rest()).noneMatch(f -> f.toString().contains("phx_error"));
    awaitGeneration(instance().getLong("generation"));
  }
}
