package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.JournalConfig;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryContext;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gap cannot be filled while a second join of the same topic is in flight. */
class GapAndJoinTest {
  private final TestNode node =
      TestNode.builder().journal(JournalConfig.DEFAULT.inMemory(1, 1 << 20)).eventLoops(1).start();

  @AfterEach
  void close() {
    node.close();
  }

  private static boolean has(DeliveryContext<?> sent, Class<? extends Outbound> item) {
    return sent.message().body() instanceof DeliveryBatch b
        && b.items().stream().anyMatch(item::isInstance);
  }

  private static boolean isJoin(DeliveryContext<?> sent) {
    return sent.message().body() instanceof CommandBatch b
        && b.commands().stream().anyMatch(c -> c.kind() == Command.Kind.JOIN);
  }

  /**
   * Loses one delivery, and holds the failed refill until the next join; completes when it holds
   * it.
   */
  private Future<Void> loseOneAndHoldTheRefill() {
    AtomicBoolean lost = new AtomicBoolean();
    Promise<DeliveryContext<?>> refill = Promise.promise();
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              if (has(sent, Outbound.Delivery.class) && !lost.getAndSet(true)) {
                return;
              }
              if (has(sent, Outbound.Refill.class)) {
                refill.complete(sent);
                return;
              }
              if (isJoin(sent)) {
                refill.future().result().next();
              }
              sent.next();
            });
    return refill.future().mapEmpty();
  }

  @Test
  void theSecondJoinKeepsItsMembership() {
    node.create("{'id':'x','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    Future<Void> held = loseOneAndHoldTheRefill();
    TestNode.await(node.directory().push("x", "r", null, "1"));
    TestNode.await(node.directory().push("x", "r", null, "2"));
    TestNode.await(held);
    ada.send("['2','2','r','phx_join',{}]");
    assertThat(ada.awaitReply("2").getJsonObject(4).getString("status")).isEqualTo("ok");
    assertThat(ada.awaitEvent("phx_close").getString(0)).isEqualTo("1");
    ada.send("['2','3','r','push',3]");
    assertThat(ada.awaitReply("3").getJsonObject(4).getString("status")).isEqualTo("ok");
    assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(3);
    assertThat(TestNode.await(node.directory().room("x", "r")).getInteger("channels")).isEqualTo(1);
    assertThat(ada.rest()).noneMatch(frame -> frame.toString().contains("phx_error"));
  }
}
