package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.bus.Outbound;
import io.mycelium.ops.Meters;
import io.mycelium.protocol.JsonParts;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An owner's node and two others, b and c, that hear it; the bus between them is a local one. */
class ListenersTest {
  private static final int TURNS = 50;
  private static final int LINKS = 8;
  private static final long PATIENCE_S = 20;

  private final Vertx owner = Vertx.vertx();
  private final Vertx other = Vertx.vertx();
  private final Meters meters = new Meters(Set.of(), Set.of());
  private final PeerFlow flow =
      new PeerFlow(owner, ClusterConfig.DEFAULT, "vertx-a", Group.of("a"), meters.cluster());
  private final Listeners listeners = new Listeners(owner, Group.of("a"), flow);
  private final BlockingQueue<DeliveryBatch> toB = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeliveryBatch> toC = new LinkedBlockingQueue<>();

  ListenersTest() {
    Codecs.register(owner);
    Codecs.register(other);
    owner.eventBus().<DeliveryBatch>consumer("node.b.deliveries", m -> toB.add(m.body()));
    owner.eventBus().<DeliveryBatch>consumer("node.c.deliveries", m -> toC.add(m.body()));
    IntStream.range(0, LINKS).forEach(link -> listeners.add("i", Map.of("b" + link, "b")));
    listeners.add("i", Map.of("c0", "c"));
  }

  @AfterEach
  void stop() {
    owner.close().await();
    other.close().await();
    meters.close();
  }

  private static Outbound reply(String link, long number) {
    return new Outbound.Reply(link, number, null, null, null, number);
  }

  private static Outbound delivery(long seq) {
    byte[] json = ("{\"n\":" + seq + "}").getBytes(StandardCharsets.UTF_8);
    return new Outbound.Delivery(
        "r", "\"msg\"".getBytes(StandardCharsets.UTF_8), seq, seq, null, JsonParts.whole(json));
  }

  /** A turn in which each link's push was applied, so that there is a delivery for each too. */
  private static DeliveryBatch turn(long number) {
    List<Outbound> items = new ArrayList<>();
    for (int link = 0; link < LINKS; link++) {
      items.add(delivery(number * (LINKS + 1) + link));
      items.add(reply("b" + link, number));
    }
    items.add(delivery(number * (LINKS + 1) + LINKS));
    items.add(reply("c0", number));
    return new DeliveryBatch("i", 1, number, items);
  }

  private static List<DeliveryBatch> take(BlockingQueue<DeliveryBatch> queue, int count)
      throws InterruptedException {
    List<DeliveryBatch> taken = new ArrayList<>();
    while (taken.size() < count) {
      DeliveryBatch next = queue.poll(PATIENCE_S, TimeUnit.SECONDS);
      assertThat(next).as("message %d of %d", taken.size() + 1, count).isNotNull();
      taken.add(next);
    }
    return taken;
  }

  /** All that were published before it have been passed on. */
  private void publish(int turns) {
    DeliveryPublisher publisher = new DeliveryPublisher(owner);
    IntStream.range(0, turns).forEach(number -> publisher.publish(turn(number + 1)));
  }

  @Test
  void aTurnIsOneMessageForEachNodeHoweverManyLinksItHas() throws Exception {
    publish(TURNS);
    List<DeliveryBatch> atB = take(toB, TURNS);
    List<DeliveryBatch> atC = take(toC, TURNS);
    listeners.removeNode("b");
    publish(1);
    take(toC, 1);
    assertThat(toB).isEmpty();
    assertThat(toC).isEmpty();
    List<Long> numbers = IntStream.rangeClosed(1, TURNS).mapToObj(n -> (long) n).toList();
    assertThat(atB).extracting(DeliveryBatch::number).isEqualTo(numbers);
    assertThat(atC).extracting(DeliveryBatch::number).isEqualTo(numbers);
    for (DeliveryBatch batch : atB) {
      assertThat(deliveries(batch)).isEqualTo(LINKS + 1);
      assertThat(replies(batch)).hasSize(LINKS).allMatch(link -> link.startsWith("b"));
    }
    for (DeliveryBatch batch : atC) {
      assertThat(deliveries(batch)).isEqualTo(LINKS + 1);
      assertThat(replies(batch)).containsExactly("c0");
    }
  }

  private static long deliveries(DeliveryBatch batch) {
    return batch.items().stream().filter(Outbound.Delivery.class::isInstance).count();
  }

  private static List<String> replies(DeliveryBatch batch) {
    return batch.items().stream()
        .filter(Outbound.Reply.class::isInstance)
        .map(item -> ((Outbound.Reply) item).gateway())
        .toList();
  }

  @Test
  void whatNodeHasOneListenerIsPassedOnAsItIs() throws Exception {
    listeners.removeNode("c");
    DeliveryBatch batch = turn(1);
    new DeliveryPublisher(owner).publish(batch);
    assertThat(take(toB, 1).get(0)).isSameAs(batch);
  }

  @Test
  void itsLinksGetOneObjectAndNotACopyEach() throws Exception {
    Routes routes = new Routes(other, Group.of("a"), flow);
    List<BlockingQueue<DeliveryBatch>> links = new ArrayList<>();
    for (int i = 0; i < LINKS; i++) {
      BlockingQueue<DeliveryBatch> link = new LinkedBlockingQueue<>();
      links.add(link);
      other
          .eventBus()
          .<DeliveryBatch>localConsumer(
              Addresses.deliveries("i"), message -> link.add(message.body()))
          .completion()
          .await();
    }
    DeliveryBatch batch = turn(1);
    routes.deliver(batch, "b", false);
    List<DeliveryBatch> got = new ArrayList<>();
    for (BlockingQueue<DeliveryBatch> link : links) {
      got.add(take(link, 1).get(0));
    }
    assertThat(got).hasSize(LINKS).allSatisfy(each -> assertThat(each).isSameAs(batch));
  }
}
