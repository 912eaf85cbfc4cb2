package io.mycelium.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.ConnectionMeters;
import io.mycelium.connection.Hub;
import io.mycelium.journal.JournalConfig;
import io.mycelium.testing.FloodClient;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Invariant 4: the bus may lose or repeat any message. */
class BusTest {
  private final Vertx clientVertx = Vertx.vertx();
  private final AtomicInteger gaps = new AtomicInteger();
  private final AtomicInteger duplicates = new AtomicInteger();
  private TestNode node;

  private void start(JournalConfig journal, Duration timeout) {
    GatewayConfig gateway = new GatewayConfig(1024, 4L << 20, 65_536, 64L << 20, timeout);
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void gapFetched() {
            gaps.incrementAndGet();
          }

          @Override
          public void duplicateDropped() {
            duplicates.incrementAndGet();
          }
        };
    node = TestNode.builder().gateway(gateway).journal(journal).meters(meters).start();
    node.create("{'id':'x','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
  }

  @AfterEach
  void close() {
    node.close();
    TestNode.await(clientVertx.close());
  }

  private static boolean isDelivery(DeliveryContext<?> sent) {
    return sent.message().body() instanceof DeliveryBatch b
        && b.items().stream().anyMatch(Outbound.Delivery.class::isInstance);
  }

  /** Loses the next message that matches; completes once it is lost. */
  private Future<Void> loseNext(Predicate<DeliveryContext<?>> matching) {
    AtomicInteger left = new AtomicInteger(1);
    Promise<Void> lost = Promise.promise();
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              if (!matching.test(sent) || left.getAndDecrement() <= 0) {
                sent.next();
              } else {
                lost.complete();
              }
            });
    return lost.future();
  }

  @Test
  void whatTheBusLosesOrRepeatsAtRandomIsNeitherLostNorDoubledAtTheClients() {
    start(JournalConfig.DEFAULT.inMemory(100_000, 64L << 20), Duration.ofMillis(400));
    List<FloodClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(FloodClient.join(clientVertx, node.port(), "x", "r", "user" + i));
    }
    Random random = new Random(3);
    Set<Object> repeats = new HashSet<>();
    AtomicBoolean reliable = new AtomicBoolean();
    node.vertx()
        .eventBus()
        .<Object>addOutboundInterceptor(
            sent -> {
              Object body = sent.message().body();
              if (reliable.get()
                  || !(body instanceof DeliveryBatch || body instanceof CommandBatch)) {
                sent.next();
                return;
              }
              double fate;
              boolean repeated;
              synchronized (random) {
                fate = random.nextDouble();
                repeated = repeats.remove(body);
              }
              if (repeated || fate > 0.06) {
                sent.next();
              } else if (fate > 0.03) {
                sent.next();
                synchronized (random) {
                  repeats.add(body);
                }
                if (sent.send()) {
                  node.vertx().eventBus().send(sent.message().address(), body);
                } else {
                  node.vertx().eventBus().publish(sent.message().address(), body);
                }
              }
            });
    int pushes = 1500;
    for (int n = 1; n <= pushes; n++) {
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).push(i * 1_000_000L + n);
      }
      int answered = n - 60;
      clients.forEach(client -> client.awaitAnswers(answered));
    }
    clients.forEach(client -> client.awaitAnswers(pushes));
    assertThat(gaps.get()).isPositive();
    assertThat(duplicates.get()).isPositive();

    long seq = TestNode.await(node.directory().room("x", "r")).getLong("seq");
    // The loss of the last messages shows no gap until another message follows.
    reliable.set(true);
    TestNode.await(node.directory().push("x", "r", null, "{\"id\":9000000}"));
    clients.forEach(client -> client.awaitSeq(seq + 1));
    List<FloodClient.Seen> first =
        clients.get(0).seen().stream().filter(s -> s.seq() <= seq).toList();
    for (int i = 0; i < first.size(); i++) {
      assertThat(first.get(i).seq()).isEqualTo(i + 1);
    }
    List<Long> ids = first.stream().map(FloodClient.Seen::id).toList();
    assertThat(ids).doesNotHaveDuplicates();
    for (FloodClient client : clients) {
      assertThat(client.seen().stream().filter(s -> s.seq() <= seq).toList().equals(first))
          .isTrue();
      assertThat(client.others())
          .noneMatch(text -> text.contains("phx_error") || text.contains("answered twice"));
      for (Map.Entry<Long, String> answer : client.answers().entrySet()) {
        assertThat(answer.getValue()).isIn("ok", "timeout");
        if (answer.getValue().equals("ok")) {
          assertThat(ids).contains(answer.getKey());
        }
      }
    }
  }

  @Test
  void aLostDeliveryIsFetchedWhenTheNextOneComes() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofSeconds(10));
    PhoenixSocket ada = node.connect("x");
    PhoenixSocket bob = node.connect("x");
    ada.join("r");
    bob.join("r");
    loseNext(BusTest::isDelivery);
    TestNode.await(node.directory().push("x", "r", null, "1"));
    TestNode.await(node.directory().push("x", "r", null, "2"));
    for (PhoenixSocket client : List.of(ada, bob)) {
      assertThat(client.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(1);
      assertThat(client.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(2);
    }
  }

  @Test
  void aLostRefillIsAskedForAgainThoughItsReplyIsRepeated() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofSeconds(2));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    loseNext(BusTest::isDelivery);
    TestNode.await(node.directory().push("x", "r", null, "1"));
    Future<Void> lost =
        loseNext(
            sent ->
                sent.message().body() instanceof DeliveryBatch b
                    && b.items().stream().anyMatch(Outbound.Refill.class::isInstance));
    TestNode.await(node.directory().push("x", "r", null, "2"));
    TestNode.await(lost);
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(1);
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(2);
  }

  @Test
  void lostCommandsAreSentAgainWhenTheNextOnesShowTheGap() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofSeconds(10));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    Future<Void> lost = loseNext(sent -> sent.message().body() instanceof CommandBatch);
    ada.send("['1','2','r','push',{}]");
    TestNode.await(lost);
    ada.send("['1','3','r','nonsense',{}]");
    assertThat(ada.awaitReply("3").getJsonObject(4).getJsonObject("response").getString("reason"))
        .isEqualTo("unknown_event");
    assertThat(ada.awaitReply("2").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(1);
  }

  @Test
  void aLostCommandIsSentAgainBeforeItTimesOutThoughNothingElseComes() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofSeconds(2));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    loseNext(sent -> sent.message().body() instanceof CommandBatch);
    ada.send("['1','2','r','push',{}]");
    assertThat(ada.awaitReply("2").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(1);
  }

  @Test
  void aCommandThatGetsNoAnswerIsAnsweredTimeout() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofMillis(200));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    AtomicBoolean down = new AtomicBoolean(true);
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              if (!down.get() || !(sent.message().body() instanceof CommandBatch)) {
                sent.next();
              }
            });
    ada.send("['1','2','r','push',{}]");
    JsonObject response = ada.awaitReply("2").getJsonObject(4).getJsonObject("response");
    assertThat(response.getString("reason")).isEqualTo("timeout");
    assertThat(response.getBoolean("retryable")).isTrue();
    down.set(false);
    ada.send("['1','3','r','push',{}]");
    assertThat(ada.awaitReply("3").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(1);
  }

  @Test
  void aConnectionsEndIsToldUntilTheInstanceKnows() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofMillis(200));
    node.create("{'id':'y','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    PhoenixSocket bob = node.connect("x");
    PhoenixSocket alone = node.connect("y");
    ada.join("r");
    bob.join("r");
    alone.join("r");
    AtomicBoolean down = new AtomicBoolean(true);
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              if (!down.get() || !(sent.message().body() instanceof CommandBatch)) {
                sent.next();
              }
            });
    bob.abort();
    alone.abort();
    node.awaitConnections(1);
    for (String ref : List.of("2", "3")) {
      ada.send("['1','" + ref + "','r','push',{}]");
      assertThat(ada.awaitReply(ref).getJsonObject(4).getJsonObject("response").getString("reason"))
          .isEqualTo("timeout");
    }
    down.set(false);
    ada.send("['1','4','r','push',{}]").awaitReply("4");
    node.await(() -> node.onHubs(Hub::links), links -> links == 1);
    assertThat(TestNode.await(node.directory().get("y")).getInteger("connections")).isZero();
    TestNode.await(node.directory().restart("x"));
    node.awaitInstance("x", i -> i.getInteger("connections") == 1);
  }

  @Test
  void channelsJoinAnewIfTheJournalNoLongerHasWhatWasLost() {
    start(JournalConfig.DEFAULT.inMemory(1, 1 << 20), Duration.ofSeconds(10));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    loseNext(BusTest::isDelivery);
    TestNode.await(node.directory().push("x", "r", null, "1"));
    TestNode.await(node.directory().push("x", "r", null, "2"));
    ada.awaitEvent("phx_error");
    ada.send("['2','2','r','phx_join',{}]").awaitReply("2");
    JsonObject state =
        ada.awaitMessage(m -> "2".equals(m.getString(0)) && "state".equals(m.getString(3)))
            .getJsonObject(4);
    assertThat(state.getJsonObject("data").getJsonObject("state").fieldNames())
        .containsExactly("1", "2");
    TestNode.await(node.directory().push("x", "r", null, "3"));
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(3);
  }

  @Test
  void aLostWordOfTheNewGenerationIsMadeUpForByWhateverItSaysNext() {
    start(JournalConfig.DEFAULT.inMemory(), Duration.ofSeconds(10));
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    loseNext(
        sent ->
            sent.message().body() instanceof DeliveryBatch b
                && b.items().get(0) instanceof Outbound.Running);
    TestNode.await(node.directory().restart("x"));
    ada.send("['1','2','r','push',{}]");
    assertThat(ada.awaitReply("2").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(1);
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(1);
  }
}
