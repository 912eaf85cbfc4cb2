package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 6 for output: a peer that does not read costs its budget and no more. */
class SlowConsumerTest {
  private static final int BUDGET = 256 << 10;
  private static final int MESSAGES = 600;
  private static final int MESSAGE_BYTES = 32 << 10;

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aPeerThatNeverReadsIsClosedAndTheOthersMissNothing(String transport) throws Exception {
    CompletableFuture<String> closed = new CompletableFuture<>();
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void connectionClosed(String reason) {
            closed.complete(reason);
          }
        };
    SocketConfig socket =
        new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 10, BUDGET);
    try (TestNode node =
        TestNode.builder()
            .transport(transport)
            .socket(socket)
            .meters(meters)
            .eventLoops(1)
            .start()) {
      node.create("{'id':'x','type':'accumulative','config':{'history':1},'rooms':{'r':{}}}");
      PhoenixSocket bob = node.connect("x", "vsn=2.0.0&userId=bob");
      bob.join("r");
      DeafSocket deaf = new DeafSocket(node.port(), "x");
      deaf.send("['1','1','r','phx_join',{}]").awaitText("presence_state");
      long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
      String payload = "\"" + "x".repeat(MESSAGE_BYTES) + "\"";
      for (int i = 1; i <= MESSAGES; i++) {
        TestNode.await(node.directory().push("x", "r", null, payload));
        assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(i);
      }
      assertThat(closed.get(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo("slow_consumer");
      node.awaitConnections(1);
      assertThat(TestNode.await(node.directory().room("x", "r")).getInteger("channels"))
          .isEqualTo(1);
      long grown = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
      assertThat(grown)
          .as("bytes of direct memory taken for %d MB", MESSAGES * MESSAGE_BYTES >> 20)
          .isLessThan(16 << 20);
      deaf.awaitEnd();
    }
  }

  /** The slowest goes first; who has little waiting stays, though it does not read either. */
  @Test
  void aboveTheNodesBoundTheSlowestGoFirst() {
    List<String> closed = new CopyOnWriteArrayList<>();
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void connectionClosed(String reason) {
            closed.add(reason);
          }
        };
    Duration minute = Duration.ofMinutes(1);
    int each = 256 << 20;
    SocketConfig socket = new SocketConfig(minute, minute, 10, each, minute, each, 4 << 20);
    try (TestNode node = TestNode.builder().socket(socket).meters(meters).eventLoops(2).start()) {
      node.create("{'id':'x','type':'accumulative','config':{'history':1},'rooms':{'r':{}}}");
      PhoenixSocket bob = node.connect("x", "vsn=2.0.0&userId=bob");
      bob.join("r");
      DeafSocket quiet = new DeafSocket(node.port(), "x");
      List<DeafSocket> deaf = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        deaf.add(new DeafSocket(node.port(), "x"));
        deaf.get(i).send("['1','1','r','phx_join',{}]").awaitText("presence_state");
      }
      String payload = "\"" + "x".repeat(MESSAGE_BYTES) + "\"";
      for (int i = 1; i <= MESSAGES; i++) {
        TestNode.await(node.directory().push("x", "r", null, payload));
        assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(i);
      }
      node.awaitConnections(2);
      assertThat(closed).containsOnly("slow_consumer").hasSize(3);
      quiet.send("['1','1','r','phx_join',{}]").awaitText("presence_state");
      deaf.forEach(DeafSocket::close);
      quiet.close();
    }
  }
}
