package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.Outbound;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gap appears while an instance has as many commands as it may have. */
class GapUnderLoadTest {
  private final TestNode node =
      TestNode.builder()
          .gateway(new GatewayConfig(8, 1 << 20, 1, 1 << 20, Duration.ofSeconds(10)))
          .start();

  @AfterEach
  void close() {
    node.close();
  }

  private static boolean has(CommandBatch batch, Command.Kind kind) {
    return batch.commands().stream().anyMatch(command -> command.kind() == kind);
  }

  private static boolean isDelivery(Object body) {
    return body instanceof DeliveryBatch batch
        && batch.items().stream().anyMatch(Outbound.Delivery.class::isInstance);
  }

  /** The first delivery is lost, and pushes until something is asked for. */
  private void loseDeliveryAndPushes() {
    AtomicBoolean lost = new AtomicBoolean();
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              Object body = sent.message().body();
              boolean isPush =
                  body instanceof CommandBatch batch
                      && has(batch, Command.Kind.PUSH)
                      && !has(batch, Command.Kind.REFILL);
              if (!isPush && !(isDelivery(body) && !lost.getAndSet(true))) {
                sent.next();
              }
            });
  }

  @Test
  void whatWasLostIsFetchedAllTheSame() {
    node.create("{'id':'x','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("x");
    ada.join("r");
    loseDeliveryAndPushes();
    TestNode.await(node.directory().push("x", "r", null, "1"));
    ada.send("['1','2','r','push',2]");
    ada.send("['1','3','r','push',3]");
    assertThat(ada.awaitReply("3").getJsonObject(4).getJsonObject("response").getString("reason"))
        .isEqualTo("overloaded");
    TestNode.await(node.directory().push("x", "r", null, "4"));
    for (long seq = 1; seq <= 3; seq++) {
      assertThat(ada.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(seq);
    }
    assertThat(ada.awaitReply("2").getJsonObject(4).getString("status")).isEqualTo("ok");
    assertThat(ada.rest()).noneMatch(frame -> frame.toString().contains("phx_error"));
  }
}
