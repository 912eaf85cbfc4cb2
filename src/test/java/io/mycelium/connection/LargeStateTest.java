package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state may be larger than all that may wait for a peer: who joins is not slow for that. */
class LargeStateTest {
  private static final int BUDGET = 256 << 10;
  private static final int KEYS = 14;
  private static final String VALUE = "\"" + "x".repeat(1_000_000) + "\"";

  private final CompletableFuture<String> closed = new CompletableFuture<>();

  private TestNode start(String transport) {
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void connectionClosed(String reason) {
            closed.complete(reason);
          }
        };
    TestNode node =
        TestNode.builder()
            .transport(transport)
            .socket(new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 10, BUDGET))
            .meters(meters)
            .eventLoops(1)
            .start();
    node.create("{'id':'x','type':'shared','config':{'open':true},'rooms':{'r':{}}}");
    for (int i = 0; i < KEYS; i++) {
      push(node, "{\"k" + i + "\":" + VALUE + "}");
    }
    return node;
  }

  private static void push(TestNode node, String payload) {
    TestNode.await(node.directory().push("x", "r", null, payload));
  }

  /** Whoever joins first has the state before bob has his. */
  private static PhoenixSocket joinBehind(DeafSocket deaf, TestNode node) {
    deaf.send("['1','1','r','phx_join',{}]");
    PhoenixSocket bob = node.connect("x", "vsn=2.0.0&userId=bob");
    bob.join("r");
    while (TestNode.await(node.directory().room("x", "r")).getInteger("channels") < 2) {
      bob.send("[null,'h','phoenix','heartbeat',{}]").awaitReply("h");
    }
    return bob;
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void whoTakesALargeStateLateGetsItAndWhatCameBehindIt(String transport) {
    try (TestNode node = start(transport);
        DeafSocket late = new DeafSocket(node.port(), "x");
        PhoenixSocket bob = joinBehind(late, node)) {
      for (int i = 1; i <= 20; i++) {
        push(node, "{\"small\":" + i + "}");
        bob.awaitEvent("msg");
      }
      String got = late.readUntil("\"small\":20}},\"seq\":" + (KEYS + 20) + "}]");

      assertThat(got.chars().filter(c -> c == 'x').count())
          .as("bytes of the state")
          .isGreaterThanOrEqualTo(KEYS * 1_000_000L);
      assertThat(closed).isNotDone();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void whatComesBehindALargeStateIsBounded(String transport) throws Exception {
    try (TestNode node = start(transport);
        DeafSocket deaf = new DeafSocket(node.port(), "x");
        PhoenixSocket bob = joinBehind(deaf, node)) {
      String payload = "{\"big\":\"" + "y".repeat(32 << 10) + "\"}";
      for (int i = 0; i < 400 && !closed.isDone(); i++) {
        push(node, payload);
        bob.awaitEvent("msg");
      }

      assertThat(closed.get(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo("slow_consumer");
      assertThat(bob.rest()).noneMatch(PhoenixSocket.Closed.class::isInstance);
    }
  }
}
