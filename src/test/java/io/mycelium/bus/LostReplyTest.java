package io.mycelium.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestJournal;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bus loses an answer: the link asks for it again before the command times out. */
class LostReplyTest {
  private final FaultyType faulty = new FaultyType();
  private final TestJournal journal = new TestJournal(JournalConfig.DEFAULT);
  private final AtomicBoolean losing = new AtomicBoolean();
  private TestNode node;
  private PhoenixSocket ada;

  private void start(Duration timeout) {
    GatewayConfig gateway = new GatewayConfig(1024, 4L << 20, 65_536, 64L << 20, timeout);
    node =
        TestNode.builder()
            .types(faulty)
            .store(journal)
            .gateway(gateway)
            .supervision(10, 4, 2000)
            .start();
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              if (!(sent.message().body() instanceof DeliveryBatch b
                  && b.items().stream().anyMatch(Outbound.Reply.class::isInstance)
                  && losing.getAndSet(false))) {
                sent.next();
              }
            });
    node.create("{'id':'f','type':'faulty','config':{'presence':'off'},'rooms':{'r':{}}}");
    ada = node.connect("f");
    ada.join("r");
  }

  @AfterEach
  void close() {
    node.close();
    journal.close();
  }

  private String outcome(String ref) {
    JsonObject reply = ada.awaitReply(ref).getJsonObject(4);
    JsonObject response = reply.getJsonObject("response");
    return reply.getString("status").equals("ok")
        ? "ok " + response.encode()
        : response.getString("reason");
  }

  @Test
  void aPushThatWasAppliedGetsItsTrueReplyThoughNothingElseComes() {
    start(Duration.ofSeconds(2));
    losing.set(true);
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(outcome("2")).isEqualTo("ok {\"seq\":1}");
    losing.set(true);
    ada.send("['1','3','r','push',{'id':2,'mute':true}]");
    assertThat(outcome("3")).isEqualTo("ok {\"seq\":1,\"data\":{}}");
    assertThat(TestNode.await(node.directory().room("f", "r")).getLong("seq")).isEqualTo(1);
  }

  @Test
  void aPushThatCrashedTheInstanceIsToldSoByTheNextGeneration() {
    start(Duration.ofSeconds(2));
    losing.set(true);
    ada.send("['1','2','r','push',{'throw':'state'}]");
    assertThat(outcome("2")).isEqualTo("instance_crashed");
    assertThat(TestNode.await(node.directory().get("f")).getLong("generation")).isEqualTo(2);
  }

  @Test
  void aLeaveIsAnsweredToo() {
    start(Duration.ofSeconds(2));
    losing.set(true);
    ada.send("['1','2','r','phx_leave',{}]");
    assertThat(outcome("2")).isEqualTo("ok {}");
  }

  @Test
  void aReplyThatTheJournalTookBackIsNotGiven() {
    start(Duration.ofMillis(800));
    journal.next(TestJournal.Fate.LOST);
    losing.set(true);
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(outcome("2")).isIn("timeout", "instance_crashed");
    ada.send("['1','3','r','push',{'id':2}]");
    assertThat(outcome("3")).isEqualTo("ok {\"seq\":1}");
  }

  @Test
  void aJoinWhoseAnswerWasLostTimesOutAndTheNextOneGetsItAll() {
    start(Duration.ofMillis(400));
    PhoenixSocket bob = node.connect("f");
    losing.set(true);
    bob.send("['1','1','r','phx_join',{}]");
    JsonObject response = bob.awaitReply("1").getJsonObject(4).getJsonObject("response");
    assertThat(response.getString("reason")).isEqualTo("timeout");
    bob.send("['2','2','r','phx_join',{}]").awaitReply("2");
    assertThat(bob.awaitEvent("state").getString(0)).isEqualTo("2");
  }
}
