package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Figures;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An idle instance costs next to nothing. */
class IdleTest {
  private static final int INSTANCES = 50_000;
  private static final int WARM_UP = 1000;
  private static final long MAX_BYTES = 8 << 10;

  @Test
  void fiftyThousandIdleInstancesFitInLittleHeap() {
    try (TestNode node = TestNode.start()) {
      create(node, 0, WARM_UP);
      long before = heap();
      long started = System.nanoTime();
      create(node, WARM_UP, WARM_UP + INSTANCES);
      double micros = (System.nanoTime() - started) / 1e3 / INSTANCES;
      long each = (heap() - before) / INSTANCES;
      Figures.log(
          "%,d idle instances: %,d bytes of heap and %.0f us to create each",
          INSTANCES, each, micros);
      assertThat(each).as("bytes of heap for each instance").isLessThan(MAX_BYTES);
      assertThat(TestNode.await(node.directory().push("i0", "r", null, "1")).getLong("seq"))
          .isEqualTo(1);
    }
  }

  private static void create(TestNode node, int from, int to) {
    for (int i = from; i < to; ) {
      List<Future<?>> batch = new ArrayList<>();
      for (int end = Math.min(to, i + 250); i < end; i++) {
        JsonObject rooms = new JsonObject().put("r", new JsonObject());
        batch.add(
            node.directory()
                .create(
                    new JsonObject()
                        .put("id", "i" + i)
                        .put("type", "accumulative")
                        .put("rooms", rooms)));
      }
      TestNode.await(Future.all(batch));
    }
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }
}
