package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.InstanceRows;
import io.mycelium.testing.TestNode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the deployer publishes its rows, and when it does not. */
class RowPublisherTest {
  private final Vertx vertx = Vertx.vertx();
  private final InstanceRows bus = new InstanceRows(vertx);
  private final List<Long> versions = Collections.synchronizedList(new ArrayList<>());

  private RowPublisher publisher(long leaseMs) {
    RowPublisher publisher = new RowPublisher(vertx, new TreeMap<>(), leaseMs);
    TestNode.await(publisher.start());
    bus.deltas(delta -> versions.add(delta.version()));
    return publisher;
  }

  @AfterEach
  void close() {
    TestNode.await(vertx.close());
  }

  @Test
  void nothingIsPublishedAndNoTimerRunsWhileNobodyWatches() {
    RowPublisher publisher = publisher(InstanceRows.LEASE_MS);
    publisher.changed("some");
    TestNode.await(vertx.timer(1200));
    assertThat(publisher.isWatched()).isFalse();
    assertThat(versions).isEmpty();
  }

  @Test
  void eachSecondHasADeltaWithTheNextNumberWhileSomebodyWatches() {
    publisher(InstanceRows.LEASE_MS);
    Promise<Void> third = Promise.promise();
    bus.deltas(
        delta -> {
          if (delta.version() == 3) {
            third.complete();
          }
        });
    assertThat(TestNode.await(bus.page("")).version()).isZero();
    TestNode.await(third.future());
    assertThat(versions).containsExactly(1L, 2L, 3L);
  }

  @Test
  void itFallsSilentOnceTheLeaseIsOverAndGoesOnCountingWhenSomebodyComesAgain() {
    RowPublisher publisher = publisher(1);
    TestNode.await(bus.page(""));
    assertThat(publisher.isWatched()).isTrue();
    TestNode.await(vertx.timer(1500));
    assertThat(publisher.isWatched()).isFalse();
    assertThat(versions).isEmpty();
    TestNode.await(bus.page(""));
    assertThat(publisher.isWatched()).isTrue();
  }
}
