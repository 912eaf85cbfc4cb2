package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.Codecs;
import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.bus.Outbound;
import io.mycelium.ops.Meters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link Routes} and {@link Listeners} of one node, {@code here}. */
class WaysTest {
  private static final String CHAT = "chat";
  private static final long PATIENCE_S = 20;

  private final Vertx vertx = Vertx.vertx();
  private final Group peers = Group.of("here", "a", "b");
  private final Context loop = vertx.getOrCreateContext();
  private final PeerFlow flow =
      new PeerFlow(
          vertx,
          ClusterConfig.DEFAULT,
          Group.vertx("here"),
          peers,
          new Meters(Set.of(), Set.of()).cluster());
  private final Routes routes = new Routes(vertx, peers, flow);
  private final Listeners listeners = new Listeners(vertx, peers, flow);
  private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();

  WaysTest() {
    Codecs.register(vertx);
    for (String node : peers.all()) {
      vertx.eventBus().consumer(NodeTopics.commands(node), m -> arrived.add("commands " + node));
      vertx
          .eventBus()
          .<DeliveryBatch>consumer(NodeTopics.deliveries(node), m -> arrived.add(said(m, node)));
      vertx.eventBus().consumer(NodeTopics.unlinked(node), m -> arrived.add("unlinked " + node));
    }
  }

  private static String said(Message<DeliveryBatch> message, String node) {
    DeliveryBatch batch = message.body();
    return "deliveries " + node + " " + batch.items().size();
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void onLoop(Runnable task) {
    CountDownLatch done = new CountDownLatch(1);
    loop.runOnContext(
        go -> {
          task.run();
          done.countDown();
        });
    try {
      assertThat(done.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String next() {
    try {
      return arrived.poll(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static CommandBatch batch(String link, Command.Kind kind) {
    Command command = new Command(1, kind, 1, null, null, null, null);
    return new CommandBatch(link, 0, 0, 1, List.of(command));
  }

  private void command(CommandBatch batch) {
    vertx
        .eventBus()
        .send(Addresses.commands(CHAT), batch, Addresses.here().setCodecName(Codecs.COMMANDS));
  }

  private static DeliveryBatch words(long generation) {
    return new DeliveryBatch(
        CHAT, generation, DeliveryBatch.UNNUMBERED, List.of(new Outbound.Running(Map.of())));
  }

  /** An instance that has moved shows the way by its first words, an older one changes nothing. */
  @Test
  void theHighestGenerationShowsTheWay() {
    onLoop(() -> routes.lead(CHAT, "a"));
    onLoop(() -> routes.deliver(words(5), "a", false));
    command(batch("l", Command.Kind.OPEN));
    assertThat(next()).isEqualTo("commands a");
    onLoop(() -> routes.deliver(words(9), "b", false));
    command(batch("l", Command.Kind.OPEN));
    assertThat(next()).isEqualTo("commands b");
    onLoop(() -> routes.deliver(words(6), "a", false));
    command(batch("l", Command.Kind.OPEN));
    assertThat(next()).isEqualTo("commands b");
  }

  @Test
  void aStandInThatNoLinkUsesGoesAtTheSecondLook() {
    onLoop(() -> routes.lead(CHAT, "a"));
    onLoop(routes::endUnused);
    command(batch("l", Command.Kind.OPEN));
    assertThat(next()).isEqualTo("commands a");
    onLoop(routes::endUnused);
    assertThat(next()).isEqualTo("unlinked a");
    assertThat(routes.owners()).isEmpty();
  }

  /** What is for one link goes to its node; what is for a link that nobody knows, to all. */
  @Test
  void eachNodeGetsWhatConcernsIt() {
    onLoop(
        () -> {
          listeners.heard(CHAT, "a", batch("la", Command.Kind.OPEN));
          listeners.heard(CHAT, "b", batch("lb", Command.Kind.OPEN));
        });
    DeliveryBatch batch =
        new DeliveryBatch(
            CHAT,
            1,
            1,
            List.of(
                new Outbound.Reply("la", 1, null, null, null, 0),
                new Outbound.Reply("la", 2, null, null, null, 0),
                new Outbound.Reply("lb", 1, null, null, null, 0),
                new Outbound.RoomClosed("r")));
    new DeliveryPublisher(vertx).publish(batch);
    assertThat(List.of(next(), next()))
        .containsExactlyInAnyOrder("deliveries a 3", "deliveries b 2");
    onLoop(() -> listeners.heard(CHAT, "a", batch("la", Command.Kind.DETACH)));
    new DeliveryPublisher(vertx).publish(batch);
    assertThat(List.of(next(), next()))
        .containsExactlyInAnyOrder("deliveries a 3", "deliveries b 4");
  }

  /** Else two nodes, each with links to an instance of the other, would send it round for ever. */
  @Test
  void whatAnotherNodeSaysIsNotSentOn() {
    onLoop(() -> listeners.heard(CHAT, "a", batch("la", Command.Kind.OPEN)));
    onLoop(() -> routes.deliver(words(3), "b", true));
    new DeliveryPublisher(vertx).publish(words(4));
    assertThat(next()).isEqualTo("deliveries a 1");
    assertThat(arrived).isEmpty();
  }

  @Test
  void anInstanceThatGoesTakesItsAudienceAlong() {
    onLoop(() -> listeners.heard(CHAT, "a", batch("la", Command.Kind.OPEN)));
    onLoop(() -> assertThat(listeners.end(CHAT)).isEqualTo(Map.of("la", "a")));
    onLoop(() -> assertThat(listeners.nodes()).isEmpty());
    onLoop(() -> listeners.add(CHAT, Map.of("la", "a", "lb", "b")));
    onLoop(() -> assertThat(listeners.nodes()).containsExactlyInAnyOrder("a", "b"));
  }
}
