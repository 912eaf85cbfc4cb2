package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL that is stopped and started again under load. */
final class PostgresqlFaultsTest {
  private static final int INSTANCES = 4;

  private final AtomicLong acked = new AtomicLong();
  private final CountDownLatch trouble = new CountDownLatch(1);

  @Test
  void aServerThatGoesAndComesBackLosesAndDoublesNothing() throws Exception {
    try (TestPostgres postgres = TestPostgres.start()) {
      Store store =
          JdbcStore.open(
              config(postgres.newDatabase()),
              new JournalMeters() {
                @Override
                public void retried() {
                  trouble.countDown();
                }
              });
      for (int i = 0; i < INSTANCES; i++) {
        await(store.instances().create(instance("i" + i)));
      }
      List<Future<?>> all = new ArrayList<>();
      long seq = 0;
      while (acked.get() < 2000) {
        push(store, ++seq, all);
      }
      Thread stop = new Thread(postgres::stop);
      stop.start();
      while (trouble.getCount() > 0) {
        push(store, ++seq, all);
      }
      stop.join();
      assertThat(store.journal().refusal()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE);
      for (int i = 0; i < 100; i++) {
        push(store, ++seq, all);
      }
      assertThat(failure(store.journal().read("i0", "lobby", 0, 1)))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE));
      postgres.startAgain();
      await(Future.all(all));
      assertThat(store.journal().refusal()).isNull();
      for (int i = 0; i < INSTANCES; i++) {
        assertThat(seqs(await(store.journal().read("i" + i, "lobby", 0, 1_000_000)).entries()))
            .isEqualTo(range(1, seq));
      }
      await(store.close());
    }
  }

  /** Bounded by the acks, as a server's pushes are, until the journal is in trouble. */
  private void push(Store store, long seq, List<Future<?>> all) throws InterruptedException {
    for (int i = 0; i < INSTANCES; i++) {
      Future<Void> one = store.journal().append("i" + i, 1, appends("lobby", "e", seq, seq));
      one.onSuccess(done -> acked.incrementAndGet());
      all.add(one);
    }
    while (seq * INSTANCES - acked.get() > 400 && trouble.getCount() > 0) {
      trouble.await(1, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void aDatabaseOutOfReachIsNamedWithoutThePassword() {
    JournalConfig config =
        new JournalConfig(
            "jdbc:postgresql://localhost:1/nowhere?password=s3cret",
            "someone",
            "s3cret",
            Duration.ofMillis(5),
            1 << 20,
            1000,
            10_000,
            1000,
            1 << 20,
            1000);
    assertThat(config.toString()).doesNotContain("s3cret");
    assertThatThrownBy(() -> JdbcStore.open(config, JournalMeters.NONE))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("jdbc:postgresql://localhost:1/nowhere cannot be reached")
        .hasMessageNotContaining("s3cret");
  }
}
