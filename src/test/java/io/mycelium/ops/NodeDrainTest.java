package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class NodeDrainTest {
  private final Health health = new Health();
  private final List<String> calls = new ArrayList<>();

  @Test
  void nodeIsNotReadyBeforeTheFirstStep() {
    NodeDrain drain =
        new NodeDrain(health, Duration.ofSeconds(5)).step("first", this::recordHealth);
    assertThat(drain.run()).isTrue();
    assertThat(calls).containsExactly("draining");
  }

  @Test
  void stepsRunInTheirOrderAndOnce() {
    NodeDrain drain = drain(Duration.ofSeconds(5)).step("a", call("a")).step("b", call("b"));
    assertThat(drain.run()).isTrue();
    assertThat(drain.run()).isTrue();
    assertThat(calls).containsExactly("a", "b");
  }

  @Test
  void stepThatFailsDoesNotStopTheNext() {
    NodeDrain drain =
        drain(Duration.ofSeconds(5))
            .step("fails", () -> Future.failedFuture("no"))
            .step(
                "throws",
                () -> {
                  throw new IllegalStateException("no");
                })
            .step("b", call("b"));
    assertThat(drain.run()).isTrue();
    assertThat(calls).containsExactly("b");
  }

  @Test
  void timeoutIsOfAllStepsTogether() {
    Promise<Void> never = Promise.promise();
    NodeDrain drain =
        drain(Duration.ofMillis(100)).step("never", never::future).step("b", call("b"));
    assertThat(drain.run()).isFalse();
    assertThat(calls).isEmpty();
  }

  private NodeDrain drain(Duration timeout) {
    return new NodeDrain(health, timeout);
  }

  private Future<Void> recordHealth() {
    calls.add(health.isDraining() ? "draining" : "ready");
    return Future.succeededFuture();
  }

  private Supplier<Future<Void>> call(String name) {
    return () -> {
      calls.add(name);
      return Future.succeededFuture();
    };
  }
}
