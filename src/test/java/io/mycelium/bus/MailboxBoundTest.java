package io.mycelium.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.testing.TestNode;
import io.netty.channel.EventLoop;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits at an instance is bounded over all event loops of a node, timed out or not. */
class MailboxBoundTest {
  private static final int MOST = 4;

  private final Vertx vertx = Vertx.vertx();
  private final List<CommandBatch> mailbox = new CopyOnWriteArrayList<>();
  private final List<Side> sides = new ArrayList<>();

  /** A web verticle's link to the instance, and what its commands were answered. */
  private final class Side {
    private final EventLoop loop;
    private final List<String> answers = new CopyOnWriteArrayList<>();
    private final InstanceGateway gateway;
    private final InstanceLink link;

    private Side(String id) {
      ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
      loop = context.nettyEventLoop();
      GatewayConfig config = new GatewayConfig(100, 1 << 20, MOST, 10_000, Duration.ofMillis(100));
      gateway = new InstanceGateway(vertx, loop, id, config);
      link = onLoop(() -> gateway.link("i", null));
      TestNode.await(link.registered());
    }

    private <T> T onLoop(Supplier<T> action) {
      Promise<T> done = Promise.promise();
      loop.execute(() -> done.complete(action.get()));
      return TestNode.await(done.future());
    }

    private void push(String payload) {
      onLoop(
          () -> {
            link.send(
                Command.Kind.PUSH,
                1,
                "r",
                "push",
                null,
                Payload.json(payload),
                reply -> answers.add(reply.code() == null ? "ok" : reply.code().reason()));
            return null;
          });
    }

    private void awaitAnswers(int count) {
      for (int i = 0; answers.size() < count; i++) {
        assertThat(i).as("%s", answers).isLessThan(1000);
        TestNode.await(vertx.timer(10));
      }
    }

    /** The instance answers what it has of this link. */
    private void answer(long number) {
      String name =
          mailbox.stream().map(CommandBatch::gateway).filter(this::isOwn).findFirst().get();
      Outbound.Reply reply = new Outbound.Reply(name, number, null, null, null, 1);
      vertx
          .eventBus()
          .publish(
              Addresses.deliveries("i"),
              new DeliveryBatch("i", 1, DeliveryBatch.UNNUMBERED, List.of(reply)),
              DeliveryBatchCodec.OPTIONS);
    }

    private boolean isOwn(String linkId) {
      return linkId.startsWith(sides.indexOf(this) + ".");
    }
  }

  @BeforeEach
  void start() {
    Codecs.register(vertx);
    TestNode.await(
        vertx
            .eventBus()
            .<CommandBatch>consumer(Addresses.commands("i"), sent -> mailbox.add(sent.body()))
            .completion());
    sides.add(new Side("0"));
    sides.add(new Side("1"));
  }

  @AfterEach
  void close() {
    for (Side side : sides) {
      side.onLoop(
          () -> {
            side.gateway.close();
            return null;
          });
    }
    assertThat(Mailboxes.of(vertx).size()).isZero();
    TestNode.await(vertx.close());
  }

  @Test
  void theCommandsOfOneEventLoopLeaveLessToTheOthers() {
    Side one = sides.get(0);
    Side other = sides.get(1);
    for (int i = 0; i < MOST - 1; i++) {
      one.push("1");
    }
    other.push("1");
    other.push("1");
    other.awaitAnswers(1);
    assertThat(other.answers).containsExactly(ErrorCode.OVERLOADED.reason());
  }

  @Test
  void theirBytesCountToo() {
    Side one = sides.get(0);
    Side other = sides.get(1);
    one.push("\"" + "x".repeat(6000) + "\"");
    other.push("\"" + "y".repeat(6000) + "\"");
    other.awaitAnswers(1);
    assertThat(other.answers).containsExactly("overloaded");
  }

  @Test
  void whatTimedOutCountsUntilTheInstanceHasAnsweredIt() {
    Side one = sides.get(0);
    Side other = sides.get(1);
    for (int i = 0; i < MOST; i++) {
      one.push("1");
    }
    one.awaitAnswers(MOST);
    assertThat(one.answers).containsOnly("timeout");
    other.push("1");
    other.awaitAnswers(1);
    assertThat(other.answers).containsExactly("overloaded");
    one.answer(2);
    TestNode.await(vertx.timer(1));
    for (int tried = 0; !other.answers.contains("timeout"); tried++) {
      assertThat(tried).isLessThan(100);
      other.push("1");
      TestNode.await(vertx.timer(20));
    }
    one.push("1");
    one.push("1");
    one.awaitAnswers(MOST + 1);
    assertThat(one.answers.subList(MOST, one.answers.size())).contains("overloaded");
  }
}
