package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.ops.Meters;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two ends of a bus that loses nothing but what the test does not pass on. */
class PeerFlowTest {
  private static final long PATIENCE_S = 20;
  private static final int MIB = 1 << 20;

  private final Vertx vertx = Vertx.vertx();
  private final Meters meters = new Meters(Set.of(), Set.of());
  private final PeerFlow here = flow("here", "there");
  private final PeerFlow there = flow("there", "here");
  private final BlockingQueue<Message<Buffer>> arrived = new LinkedBlockingQueue<>();

  private PeerFlow flow(String own, String other) {
    ClusterConfig standard = ClusterConfig.DEFAULT;
    ClusterConfig config =
        new ClusterConfig(
            false,
            standard.name(),
            standard.host(),
            standard.port(),
            standard.members(),
            standard.dns(),
            standard.lease(),
            standard.renewEvery(),
            MIB,
            4 * MIB,
            20,
            "",
            "",
            "",
            Duration.ofSeconds(10));
    PeerFlow flow =
        new PeerFlow(vertx, config, Group.vertx(own), Group.of(own, other), meters.cluster());
    flow.start();
    return flow;
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    meters.close();
  }

  private boolean send(int bytes) {
    return here.send("there", "node.there", Buffer.buffer(), bytes, new DeliveryOptions());
  }

  private Message<Buffer> take() throws InterruptedException {
    return arrived.poll(PATIENCE_S, TimeUnit.SECONDS);
  }

  private void listen() {
    vertx.eventBus().<Buffer>consumer("node.there", arrived::add);
  }

  /** Until the other end's acknowledgement is here. */
  private void awaitUnacked(long bytes) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (here.unacked() != bytes) {
      assertThat(System.nanoTime()).as("unacked: " + here.unacked()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void creditComesBackOnceTheOtherHasPassedItOn() throws Exception {
    listen();
    assertThat(send(MIB)).isTrue();
    assertThat(send(1)).isFalse();
    Message<Buffer> first = take();
    assertThat(here.unacked()).isEqualTo(MIB);
    there.received(first);
    awaitUnacked(0);
    assertThat(send(1)).isTrue();
    there.received(take());
    awaitUnacked(0);
    assertThat(meters.scrape()).contains("mycelium_cluster_refused_sends_messages_total 1.0");
  }

  @Test
  void aMessageThatWasLostIsCoveredByTheNext() throws Exception {
    listen();
    send(1000);
    send(1000);
    take();
    there.received(take());
    awaitUnacked(0);
  }

  @Test
  void creditOfWhatWasLostComesBackThoughNothingFollows() {
    send(MIB);
    assertThat(send(1)).isFalse();
    awaitUnacked(0);
    assertThat(send(MIB)).isTrue();
  }

  @Test
  void aNodeThatLeavesTakesNoCreditWithIt() throws Exception {
    listen();
    send(MIB);
    here.left("there");
    assertThat(send(MIB)).isTrue();
    there.received(take());
    there.received(take());
    awaitUnacked(0);
  }
}
